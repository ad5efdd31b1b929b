"""What the clerk fills in to serve a paper (第八十四条), and the hospital to consent to the portal."""

from django import forms
from django.utils.timezone import localdate

from ..applications.forms import FilesField
from ..forms import ActForm, TodayForm, day_field
from ..models import Delivery
from .checks import receipt_is_proved


class SendForm(ActForm):
    way = forms.ChoiceField(label="送达方式", choices=Delivery.Way)
    on = day_field("送出日期")
    tracking = forms.CharField(label="快递单号", max_length=50, required=False, help_text="邮寄的填写")

    def prepare(self):
        agreed = self.agreement.electronic_since is not None
        self.initial |= {"on": localdate(), "way": "electronic" if agreed else "post"}
        if not agreed:
            offered = [one for one in Delivery.Way.choices if one[0] != Delivery.Way.ELECTRONIC]
            self.fields["way"].choices = offered
            self.fields["way"].help_text = "乙方没有同意电子送达，不能选电子送达"


class ReceiptForm(ActForm):
    on = day_field("收到日期", help_text="送达回证、快递签收记录上的日期，不是送出日期")
    receiver = forms.CharField(label="签收人", max_length=100, help_text="留置的写见证人，公告的写公告的载体")
    files = FilesField(
        label="送达证明",
        help_text="签收的送达回证、快递签收记录、照片；可以选多个",
        error_messages={"required": f"{receipt_is_proved.sentence}（{receipt_is_proved.article}）"},
    )

    def prepare(self):
        self.initial["on"] = localdate()


class FailForm(ActForm):
    on = day_field("退回日期")
    reason = forms.CharField(label="退回原因", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def prepare(self):
        self.initial["on"] = localdate()


class AgreeForm(TodayForm):
    agree = forms.BooleanField(
        label="同意以本门户接收甲方的文书，登录签收之时为收到",
        error_messages={"required": "勾选同意后才能办理（第八十四条）"},
    )

    def details(self):
        return {"on": localdate()}
