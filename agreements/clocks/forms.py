from django import forms
from django.utils.timezone import localdate

from ..forms import ActForm, day_field


class MeetForm(ActForm):
    """How and when a duty was done."""

    on = day_field("办结日期", initial=localdate)
    remark = forms.CharField(
        label="怎样办结的", max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如在哪里张贴、由谁清点、存放何处",
    )  # fmt: skip
