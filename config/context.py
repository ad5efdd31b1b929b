from django.utils.timezone import localdate

from agreements.models import Message


def shell(request):
    """What the frame of every page shows. The count is asked for only where it is drawn."""
    return {"today": localdate(), "unread": lambda: Message.objects.visible_to(request.user).unread().count()}
