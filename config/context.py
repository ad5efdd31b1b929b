from django.utils.timezone import localdate


def shell(request):
    """What the frame of every page shows."""
    return {"today": localdate()}
