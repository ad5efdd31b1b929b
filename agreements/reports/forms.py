"""What the hospital reports, and what is answered (第七、七十三、七十五、八十二条)."""

from django import forms
from django.utils.timezone import localdate

from config.forms import PortalForm

from ..applications.forms import FilesField
from ..forms import ActForm, TodayForm, day_field
from ..models import PenaltyRecord


def _words(label, limit, rows=3, **kwargs):
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def _money(label, **kwargs):
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2, **kwargs)


class ReportForm(ActForm):
    """The facts of one kind of report and its files. `report`: the one that is completed after it was sent back."""

    files = FilesField(required=False)
    promise = forms.BooleanField(
        label="所报材料真实、完整，随报告出具承诺书",
        error_messages={"required": "勾选承诺后才能提交（第七条）"},
    )

    def __init__(self, *args, report=None, **kwargs):
        self.report = report
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name not in ("files", "promise")])

    needs_files = False  # whether it cannot come without a file the first time

    def prepare(self):
        self.fields["files"].required = self.needs_files and not self.report
        if self.report:
            self.initial |= self.report.facts

    def details(self):
        facts = {name: value for name, value in self.cleaned_data.items() if name not in ("files", "promise")}
        return {"facts": facts, "files": self.cleaned_data["files"], "on": localdate()}


class PenaltyReportForm(ReportForm):
    needs_files = True

    authority = forms.CharField(
        label="作出处罚的部门", max_length=100, help_text="卫生健康、中医药、市场监管、药品监管等部门"
    )
    decision_number = forms.CharField(label="决定书文号", max_length=100)
    served_on = day_field("决定书送达日期")
    content = _words("处罚内容", 1000, help_text="与医药费用有关的违法事实和处罚")
    amount = _money("罚没金额（元）", initial=0)
    files = FilesField(label="行政处罚决定书", required=False)

    def prepare(self):
        super().prepare()
        term = next(
            (t for t in self.agreement.terms.deadlines.values() if t.start_event == "penalty_served"), None
        )
        if term:
            self.fields["served_on"].help_text = f"送达之日起 {term.length} 日内报送；逾期的也收，注明逾期"


class NotePenaltyForm(ActForm):
    """第四条（七）：a penalty that became known in another way than by the hospital's own report."""

    source = forms.ChoiceField(label="获知途径")
    authority = forms.CharField(label="作出处罚的部门", max_length=100)
    decision_number = forms.CharField(label="决定书文号", max_length=100)
    served_on = day_field("决定书送达日期", help_text="报送时限自这一日起算")

    def prepare(self):
        self.fields["source"].choices = PenaltyRecord.Source.choices

    def details(self):
        return {**super().details(), "on": localdate()}


class SelfCheckForm(ReportForm):
    found_on = day_field("自查（发现）日期", initial=localdate)
    what = _words("自查情况", 2000, rows=4, help_text="查了什么、发现什么、怎样整改；不写参保人员姓名")
    item_code = forms.ChoiceField(label="违约情形", required=False)
    amount = _money("违规费用（元）", help_text="没有发生违规费用的填 0")
    returned_on = day_field("违规费用退回日期", required=False, help_text="还没有退回的先不填，退回后补正")
    files = FilesField(label="整改资料、退款凭证", required=False)

    def prepare(self):
        super().prepare()
        items = [i for i in self.agreement.edition.breaches.items.values() if i.against == "institution"]
        self.fields["item_code"].choices = [
            ("", "没有发现违约行为"),
            *(
                (
                    i.code,
                    f"{i.article_label} {i.label}{'（骗取医保基金，不适用免予处理）' if i.fraud else ''}",
                )
                for i in items
            ),
        ]


class DisplayProofForm(ReportForm):
    needs_files = True

    place = forms.CharField(label="位置", max_length=200, help_text="例如“门诊大厅入口公告栏”")
    shown_on = day_field("公告（摘除）日期", initial=localdate)
    files = FilesField(
        label="照片", required=False, help_text="JPEG、PNG 或 PDF，能看清内容和位置；可以选多个"
    )


class NoteForm(TodayForm):
    opinion = forms.CharField(label="意见", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def prepare(self):
        self.initial["opinion"] = "收悉"


class ExemptForm(TodayForm):
    reason = _words("免予处理的理由", 500)


class SelfCheckCampaignForm(PortalForm):
    first_day = day_field("自", initial=localdate)
    last_day = day_field("至")
    subject = forms.CharField(label="自查的内容", max_length=200)
