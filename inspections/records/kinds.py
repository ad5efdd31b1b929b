"""The kinds of records beside inspections and cases: how each is named in addresses, filed, and acted on."""

from dataclasses import dataclass, field
from functools import cached_property

from agreements.forms import TodayForm, TodayReasonForm
from agreements.gate import declared, is_known
from institutions.models import Role

from ..models import (
    AgencyBreachCase,
    Assessment,
    AuthorityFiling,
    CoordinationRequest,
    DeptNotification,
    DiscreditProposal,
    Dispute,
    ExternalNotice,
    Opinion,
    PersonStop,
    PointsRecord,
    Referral,
)
from . import actions as records
from . import forms


@dataclass(frozen=True)
class Kind:
    """One kind of record. `deeds`: the form of each act, in the order of the page; `hint`: what to know before filing."""

    slug: str
    model: type
    form: type
    deeds: dict
    hint: str
    deed: object = records.file_record
    how: dict = field(default_factory=dict)
    readers: str = "both"  # whose list it is: both sides, the agency alone, or those of a complaint
    in_catalogue: str = (
        ""  # against whom the edition's catalogue must have items, for this to be about anything
    )

    @cached_property
    def label(self):
        return self.model._meta.verbose_name

    @property
    def step(self):
        return declared(self.model, "file")

    def may_file(self, agreement, user):
        return self.step.has_perm(self.model(agreement=agreement), user)

    def is_offered(self, agreement, user):
        """Whether this person may file it and the agreement's text knows of it."""
        items = agreement.edition.breaches.items.values() if self.in_catalogue else ()
        known = not self.in_catalogue or any(one.against == self.in_catalogue for one in items)
        return (
            known
            and is_known(self.model(agreement=agreement), self.step.custom)
            and self.may_file(agreement, user)
        )

    def is_read_by(self, user):
        """Whether it has a place in this person's list at all."""
        if self.readers == "agency":
            return user.agency_id is not None
        if self.readers == "complaint":
            return bool(user.institution_id) or user.role in (Role.AUTHORITY, Role.LEADER)
        return True


LETTER_DEEDS = {
    "send": TodayForm, "receive": TodayForm, "answer": forms.TextAndFilesForm, "refuse": TodayReasonForm,
}  # fmt: skip

KINDS = {
    kind.slug: kind
    for kind in [
        Kind(
            "complaint", AgencyBreachCase, forms.ComplaintForm,
            {
                "take_up": forms.TakeUpForm, "answer": forms.TextAndFilesForm, "conclude": forms.ConcludeComplaintForm,
                "withdraw": TodayReasonForm,
            },
            "由医疗保障行政部门办理。甲方的经办、复核人员和被投诉的人看不到，协议的经过里也没有。", readers="complaint", in_catalogue="agency",
        ),
        Kind(
            "external-notice", ExternalNotice, forms.NoticeForm,
            {"ask_to_hold": TodayForm, "conclude": forms.ConcludeNoticeForm},
            "暂停结算经三人办理；登记有关部门的结论之前，不能恢复。", records.file_notice, {"ask_to_hold": records.ask_to_hold}, "agency",
        ),
        Kind(
            "points", PointsRecord, forms.PointsForm,
            {
                "confirm": TodayForm, "object": forms.ObjectForm, "uphold": forms.TextForm, "revoke": TodayReasonForm,
                "decline": TodayReasonForm,
            },
            "负责人决定后，记分通知书送每一个执业机构；合计按自然年度计算。",
        ),
        Kind(
            "person-stop", PersonStop, forms.PersonStopForm,
            {"decide": TodayForm, "release_name": forms.ReleaseForm, "lift": TodayReasonForm, "turn_down": TodayReasonForm},
            "年度积分达到分值的，提请暂停或终止支付资格；与违约处理的停止服务分开。",
        ),
        Kind(
            "assessment", Assessment, forms.AssessmentForm,
            {
                "rewrite": forms.RewriteAssessmentForm, "feed_back": TodayForm, "object": forms.ObjectForm,
                "finish": forms.FinishForm, "publish": forms.ReleaseForm, "unpublish": TodayReasonForm,
            },
            "反馈乙方，异议期满或答复异议后定稿；定稿才用于续签、清算。",
        ),
        Kind(
            "coordination", CoordinationRequest, forms.CoordinationForm,
            {"accept": TodayForm, "conclude": forms.TextAndFilesForm, "withdraw": TodayReasonForm},
            "收件的是同级医疗保障行政部门；提请协调申请书随即编号印出。",
        ),
        Kind(
            "dispute", Dispute, forms.DisputeForm, {"conclude": forms.ConcludeDisputeForm},
            "登记不影响期限的计算；结果撤销、变更或责令重新处理的，由甲方重新办理。",
        ),
        Kind(
            "opinion", Opinion, forms.OpinionForm, {"answer": forms.TextForm},
            "甲方按时答复，答复以解释说明书为凭。处理决定已有案件的，在案件里请求解释。",
        ),
        Kind(
            "referral", Referral, forms.LetterForm, LETTER_DEEDS,
            "负责人签发后编号印出；移送不影响乙方按协议承担违约责任。因案件移送的，选明案件。", readers="agency",
        ),
        Kind(
            "discredit", DiscreditProposal, forms.DiscreditForm, LETTER_DEEDS,
            "名单由行政部门管理，这里只登记提请和结果。", readers="agency",
        ),
        Kind(
            "filing", AuthorityFiling, forms.FilingForm, LETTER_DEEDS,
            "检查期间暂停拨付或中止协议、查实并决定处理的，备案后才能结案；负责人签发后编号印出。", readers="agency",
        ),
        Kind(
            "dept-notification", DeptNotification, forms.DeptForm, LETTER_DEEDS,
            "负责人签发后编号印出。", readers="agency",
        ),
    ]
}  # fmt: skip


def to_file(agreement, user):
    """The kinds that this person may file under an agreement."""
    return [kind for kind in KINDS.values() if kind.is_offered(agreement, user)]
