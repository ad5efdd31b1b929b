from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from config.forms import Styled


class LoginForm(Styled, auth.AuthenticationForm):
    pass


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
    path("", include("agreements.urls")),
]
