"""消息：一个人自己的消息和提醒，以及用不用邮件收。"""

from django.conf import settings as portal
from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..messages.forms import MailForm
from ..models import Message
from ..numbers import whole_number

PER_PAGE = 50


def messages(request):
    """自己的消息，新的在前。"""
    own = Message.objects.visible_to(request.user).select_related("agreement__institution__current")
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "agreements/messages.html", {"page_obj": page, "newest": own.first()})


@require_POST
def mark_read(request):
    """One message as read, or all up to the newest that the page showed: what came since stays unread."""
    own = Message.objects.visible_to(request.user).unread()
    for name, lookup in (("one", "pk"), ("until", "pk__lte")):
        if (key := whole_number(request.POST.get(name))) is not None:
            own.filter(**{lookup: key}).update(read_at=timezone.now())
    return redirect("messages")


def settings(request):
    """我的提醒：邮箱，用不用邮件。"""
    form = MailForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        notes.success(request, "提醒设置：已保存")
        return redirect("messages")
    return render(
        request, "agreements/message_settings.html", {"form": form, "mail_works": portal.MAIL_WORKS}
    )
