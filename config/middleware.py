from django.conf import settings
from django.contrib.auth import logout


def client_address(request):
    """Whose browser asks: the peer, or what a proxy of ours (TRUSTED_PROXIES) says of the peer before it."""
    peer = request.META.get("REMOTE_ADDR", "")
    if peer in settings.TRUSTED_PROXIES:
        return request.headers.get("X-Forwarded-For", peer).rpartition(",")[2].strip() or peer
    return peer


class NoNulls:
    """An address with a NUL character names nothing that exists, and PostgreSQL refuses to compare with it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = request.GET.__class__("")
            request.path_info = "/not-found/"
        return self.get_response(request)


class PrivatePages:
    """A page that a login shows is never kept by a shared browser or a proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class ExpiredAccounts:
    """第五十七条：an account that was given for a time ends with its last day, in the middle of a session too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and request.user.has_expired:
            logout(request)
        return self.get_response(request)
