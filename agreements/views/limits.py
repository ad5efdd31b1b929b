"""How often one address may ask for costly work without a login."""

from functools import wraps

from django.core.cache import cache
from django.http import HttpResponse

from config.middleware import client_address

REFUSED = "操作太频繁，请过 {seconds} 秒再试。"


def posts(request):
    return request.method == "POST"


def at_most(times, seconds, what=posts):
    """A view decorator: each address may ask `times` in `seconds` for what costs (`what`, of a request); more is answered 429.

    Counted in Django's cache: with several processes and no shared cache each counts for itself.
    """

    def limit(view):
        @wraps(view)
        def limited(request, *args, **kwargs):
            name = f"{view.__name__} {what.__name__}"
            if what(request) and _count(name, client_address(request), seconds) > times:
                words = REFUSED.format(seconds=seconds)
                return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8",
                                    headers={"Retry-After": str(seconds)})  # fmt: skip
            return view(request, *args, **kwargs)

        return limited

    return limit


def _count(name, address, seconds):
    key = f"limit {name} {address}".replace(" ", "-")
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        cache.set(key, 1, seconds)
        return 1
