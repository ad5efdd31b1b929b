from django.contrib.admin import AdminSite
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.shortcuts import redirect


class PortalAdmin(AdminSite):
    """Master data only. People come and go through the portal's own doors, not through a second pair."""

    site_header = "基础数据"
    site_title = "医保服务协议"
    index_title = "基础数据"
    site_url = "/"

    def login(self, request, extra_context=None):
        return redirect_to_login(request.get_full_path())

    def logout(self, request, extra_context=None):
        return LogoutView.as_view()(request)

    def password_change(self, request, extra_context=None):
        return redirect("password_change")
