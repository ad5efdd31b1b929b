from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from config.middleware import client_address

from ..gate import RuleBroken
from ..models import Agreement


def agreement_or_404(request, number):
    """The agreement with this number if the user may see it; not yours to see is 404."""
    return get_object_or_404(Agreement.objects.visible_to(request.user).with_parties(), number=number)


def carried_out(form, request, deed, **details):
    """Do it through the door; a broken rule becomes an error of the form. Returns what the deed returned, or None."""
    try:
        return deed(by=request.user, address=client_address(request), **details)
    except RuleBroken as why:
        form.add_error(None, str(why))
        return None


def must(allowed, label):
    """Yours to see but not to do is 403."""
    if not allowed:
        raise PermissionDenied(f"您无权办理“{label}”")
