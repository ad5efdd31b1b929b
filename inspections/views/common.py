from django.shortcuts import get_object_or_404

from ..models import Inspection


def inspection_or_404(request, number):
    """The inspection with this number if the user may see it; not yours to see is 404."""
    found = Inspection.objects.visible_to(request.user).with_parties().select_related("planned_by")
    return get_object_or_404(found, number=number)
