from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "config.admin_site.PortalAdmin"


class PortalAdmin(AdminSite):
    """Master data only. People sign in through the portal's own door, not through a second one."""

    site_header = "基础数据"
    site_title = "医保服务协议"
    index_title = "基础数据"
    site_url = "/"

    def login(self, request, extra_context=None):
        from django.contrib.auth.views import redirect_to_login

        return redirect_to_login(request.get_full_path())
