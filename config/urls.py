from django.contrib import admin
from django.contrib.auth import views as auth
from django.core.exceptions import ValidationError
from django.urls import include, path

from config.forms import Styled


class LoginForm(Styled, auth.AuthenticationForm):
    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if user.has_expired:
            self.expired = (
                f"账户的使用期限到 {user.expires_on} 为止，已经过去。继续使用的，由委托核查的经办机构延长"
            )
            raise ValidationError(self.expired)


class PasswordForm(Styled, auth.PasswordChangeForm):
    pass


urlpatterns = [
    path(
        "login/",
        auth.LoginView.as_view(authentication_form=LoginForm, redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        auth.PasswordChangeView.as_view(
            form_class=PasswordForm, template_name="registration/password.html", success_url="/"
        ),
        name="password_change",
    ),
    path("admin/", admin.site.urls),
    path("", include("institutions.urls")),
    path("", include("inspections.urls")),
    path("", include("inspections.records.urls")),
    path("", include("agreements.urls")),
    path("", include("inspections.cases.urls")),
]
