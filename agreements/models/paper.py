import hashlib
import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse

from .. import checks, permissions
from ..deliveries import checks as delivery_checks
from ..deliveries import notice_papers
from ..gate import step
from ..papers.cover import cover_values
from .agreement import Agreement
from .printed_form import PaperDamaged, PrintedForm
from .querysets import OfAgreement
from .sealing import SealingActs
from .sequence import Sequence
from .stateful import StateField, Stateful

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that a reader confuses: no 0 O 1 I


class PaperQuerySet(OfAgreement):
    def visible_to(self, user):
        """What one agency writes to another, or to an authority, is not the hospital's to see (第七十条、第七十一条)."""
        seen = super().visible_to(user)
        hidden = [Paper.Purpose.CASCADE_NOTICE, Paper.Purpose.CASE_LETTER, Paper.Purpose.DEPT_LETTER]
        return seen.exclude(purpose__in=hidden) if user.institution_id else seen

    def to_serve(self, user):
        """第八十四条：what the user's agency still has to serve: addressed to the other side, and never sent or come back."""
        waiting = models.Q(delivery=None) | models.Q(delivery__status__in=["pending", "failed"])
        worked_on = Agreement.objects.worked_on_by(user)
        return self.filter(
            waiting, status=Paper.Status.ISSUED, purpose__in=notice_papers.ADDRESSED, agreement__in=worked_on
        )

    def by_code(self, code):
        """The paper with this verification code, however a person typed it; None when there is none."""
        bare = "".join(c for c in code.upper() if c.isalnum())
        return self.filter(code=f"{bare[:4]}-{bare[4:]}").first()


class Paper(SealingActs, Stateful):
    """一份文书：编号不重用，内容取自当时的快照，只印一次，凭摘要和验证码可查真伪。

    The row comes first and owes the print; a rendering that fails loses nothing and can be tried again.
    """

    kind_name = "文书"

    class Purpose(models.TextChoices):
        SIGNING_COPY = "signing_copy", "服务协议（签署稿）"
        SIGNED_COPY = "signed_copy", "服务协议（已签署）"
        COMMITMENT = "commitment", "承诺书"
        SUSPENSION_REQUEST = "suspension_request", "中止协议申请表"
        RESUMPTION_REQUEST = "resumption_request", "继续履行协议申请表"
        ENDING_REQUEST = "ending_request", "终止协议申请表"
        RENEWAL_REQUEST = "renewal_request", "续签申请表"
        CHANGE_REQUEST = "change_request", "重大信息变更申请表"
        CHANGE_NOTICE = "change_notice", "一般信息变更告知书"
        PERMIT_REQUEST = "permit_request", "约定服务项目申请表"
        PERMIT_NOTICE = "permit_notice", "约定诊疗项目准予通知"
        CONSULTATION_RECORD = "consultation_record", "事先协商记录"
        SUPPLEMENT = "supplement", "补充协议（签署稿）"
        SIGNED_SUPPLEMENT = "signed_supplement", "补充协议（已签署）"
        PENALTY_REPORT = "penalty_report", "行政处罚信息报送表"
        SELF_CHECK_REPORT = "self_check_report", "自查自纠报告"
        EXEMPTION_NOTICE = "exemption_notice", "免予其他协议处理告知书"
        DISPLAY_NOTICE = "display_notice", "场所公告"
        HANDOVER = "handover", "善后工作交接单"
        SUSPENSION_NOTICE = "suspension_notice", "中止协议通知书"
        RESUMPTION_NOTICE = "resumption_notice", "恢复履行协议通知书"
        ENDING_NOTICE = "ending_notice", "终止（解除）协议通知书"
        EXTENSION_NOTICE = "extension_notice", "自动延长确认单"
        END_NOTICE = "end_notice", "终止的书面通知"
        CRITICISM = "criticism", "通报批评"
        CASCADE_NOTICE = "cascade_notice", "联动告知函"
        DELIVERY_RECEIPT = "delivery_receipt", "送达回证"
        RESULT_SHEET = "result_sheet", "核查结果反馈书"
        EVIDENCE_REQUEST = "evidence_request", "资料调取通知书"
        INTENDED_NOTICE = "intended_notice", "拟处理告知书"
        BREACH_DECISION = "breach_decision", "违约处理决定书"
        PAYMENT_DEMAND = "payment_demand", "缴款通知书"
        OFFSET_NOTICE = "offset_notice", "抵扣通知书"
        INTERVIEW_NOTICE = "interview_notice", "约谈通知书"
        INTERVIEW_RECORD = "interview_record", "约谈记录"
        RECTIFICATION_NOTICE = "rectification_notice", "限期整改通知书"
        HOLD_NOTICE = "hold_notice", "暂停拨付通知书"
        RELEASE_NOTICE = "release_notice", "恢复拨付通知书"
        CASE_LETTER = "case_letter", "移送（提请、备案）函"
        EXPLANATION = "explanation", "解释说明书"
        POINTS_NOTICE = "points_notice", "记分通知书"
        ASSESSMENT_NOTICE = "assessment_notice", "绩效考核结果反馈书"
        COORDINATION_REQUEST = "coordination", "提请协调申请书"
        DEPT_LETTER = "dept_letter", "部门通报函"

    # What is not the agreement or its letter of commitment is a sheet (`papers.sheet`), numbered in these words.
    WORDS = {
        Purpose.COMMITMENT: "诺", Purpose.SIGNING_COPY: "协", Purpose.SIGNED_COPY: "协", Purpose.SUPPLEMENT: "补",
        Purpose.SIGNED_SUPPLEMENT: "补", Purpose.DISPLAY_NOTICE: "告", Purpose.HANDOVER: "善",
        Purpose.SUSPENSION_NOTICE: "通", Purpose.EXEMPTION_NOTICE: "通", Purpose.RESUMPTION_NOTICE: "通", Purpose.ENDING_NOTICE: "通",
        Purpose.EXTENSION_NOTICE: "延", Purpose.END_NOTICE: "通", Purpose.CRITICISM: "批", Purpose.CASCADE_NOTICE: "函", Purpose.DELIVERY_RECEIPT: "证", Purpose.RESULT_SHEET: "查",
        Purpose.EVIDENCE_REQUEST: "调", Purpose.INTENDED_NOTICE: "违告", Purpose.BREACH_DECISION: "违决",
        Purpose.PAYMENT_DEMAND: "缴", Purpose.OFFSET_NOTICE: "抵", Purpose.INTERVIEW_NOTICE: "约", Purpose.INTERVIEW_RECORD: "约", Purpose.RECTIFICATION_NOTICE: "改",
        Purpose.HOLD_NOTICE: "停", Purpose.RELEASE_NOTICE: "停", Purpose.CASE_LETTER: "函", Purpose.EXPLANATION: "释",
        Purpose.POINTS_NOTICE: "记", Purpose.ASSESSMENT_NOTICE: "考", Purpose.DEPT_LETTER: "函",
        Purpose.PERMIT_NOTICE: "准", Purpose.CONSULTATION_RECORD: "商",
    }  # fmt: skip

    class Status(models.TextChoices):
        OWED = "owed", "待印"
        ISSUED = "issued", "有效"
        VOIDED = "voided", "已作废"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="papers", verbose_name="协议")
    purpose = models.CharField("文书", max_length=20, choices=Purpose)
    number = models.CharField("文号", max_length=40, unique=True)
    code = models.CharField("验证码", max_length=9, unique=True)
    status = StateField("状态", choices=Status, default=Status.OWED)
    snapshot = models.JSONField("内容快照", default=dict)
    file = models.FileField("文件", upload_to="papers/", blank=True, editable=False)
    # The file holds the paper's own part only, behind the constant part of this form; the digest is of the whole.
    form = models.ForeignKey(
        PrintedForm, models.PROTECT, null=True, blank=True, editable=False, related_name="papers", verbose_name="印制版式"
    )  # fmt: skip
    sha256 = models.CharField("文件摘要", max_length=64, blank=True, db_index=True)
    failure = models.CharField("未能印出的原因", max_length=500, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    issued_at = models.DateTimeField("印出时间", null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "文书"

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("paper", args=[self.code])

    @property
    def case(self):
        return self.agreement

    def case_key(self):
        return Agreement, self.agreement_id

    @property
    def title(self):
        """What is printed at its head."""
        return self.snapshot.get("title") or self.get_purpose_display()

    @property
    def is_addressed(self):
        """Whether it has to be served on the other side."""
        return self.purpose in notice_papers.ADDRESSED

    @property
    def is_replaceable(self):
        """Whether a new print of the same words takes its place when it is voided: what is served or put up."""
        return self.is_addressed or self.purpose in (self.Purpose.DISPLAY_NOTICE, self.Purpose.HANDOVER)

    @property
    def is_copy(self):
        """Whether this is the agreement itself and not a paper beside it."""
        return self.purpose in (self.Purpose.SIGNING_COPY, self.Purpose.SIGNED_COPY)

    def read(self):
        """The whole file as it was issued. Raises PaperDamaged when it is not that file any more."""
        try:
            with self.file.open("rb") as file:
                content = file.read()
        except FileNotFoundError as why:
            raise PaperDamaged(f"{self.number} 的文件不在了。请系统管理员从备份恢复") from why
        if self.form_id:
            content = self.form.template.constant + content
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise PaperDamaged(f"{self.number} 的文件与印出时的摘要不符，不能使用。请系统管理员从备份恢复")
        return content

    @property
    def verify_url(self):
        return f"{settings.PUBLIC_URL}{reverse('verify')}?code={self.code}"

    @classmethod
    def owe(cls, agreement, purpose, snapshot, year, agency=None):
        """A new paper with its number, not printed yet. Must run inside the transaction of the act that owes it.

        `agency`: whose paper it is, where it is not the one of the agreement.
        """
        series = cls.series(agency or agreement.agency, purpose, year)
        number = f"{series}{Sequence.take(f'文号 {series}')}号"
        return cls.objects.create(
            agreement=agreement, purpose=purpose, number=number, code=new_code(), snapshot=snapshot
        )

    @classmethod
    def owe_commitment(cls, agreement, material, day):
        """承诺书 for what the hospital files (第七条第十项): a paper that is owed.

        None where the text comes without one, and for a material where its letter is given once for the whole agreement.
        """
        edition = agreement.edition
        if not edition.has_commitment or (material and not edition.letter_names_material):
            return None
        agency = agreement.cover.get("agency_name") or str(agreement.agency)
        blanks = agreement.edition.letter.placeholders
        known = cover_values(agreement, asked=blanks) | {"agency_name": agency, "material": material}
        asked = {name: known[name] for name in blanks if name in known}
        snapshot = asked | {"agency_name": agency, "material": material, "day": day.isoformat()}
        return cls.owe(agreement, cls.Purpose.COMMITMENT, snapshot, day.year)

    @classmethod
    def owe_each(cls, wanted, purpose, year):
        """`owe` for many agreements, in as many statements as for one agency. `wanted`: [(agreement, snapshot)]."""
        of_series = {}
        for agreement, snapshot in wanted:
            series = cls.series(agreement.agency, purpose, year)
            of_series.setdefault(series, []).append((agreement, snapshot))
        papers = [
            cls(
                agreement=agreement,
                purpose=purpose,
                number=f"{series}{number}号",
                code=new_code(),
                snapshot=snapshot,
            )
            for series, rows in sorted(of_series.items())
            for number, (agreement, snapshot) in zip(
                Sequence.take_many(f"文号 {series}", len(rows)), rows, strict=True
            )
        ]
        return cls.objects.bulk_create(papers)

    @classmethod
    def series(cls, agency, purpose, year):
        """What all numbers of this kind and year begin with: 宁医保协〔2026〕."""
        return f"{agency.document_word}{cls.WORDS.get(purpose, '申')}〔{year}〕"

    @step(
        status, source=[Status.OWED], target=Status.ISSUED, label="印出文书", article="第八十四条",
        who=permissions.the_system,
    )  # fmt: skip
    def issue(self, content, at, form=None):
        """第八十四条：双方往来文书以印出的为准；印出后内容不再变动。

        With a `form` (PrintedForm) the content is the paper's own part, which follows the form's constant part.
        """
        digest = form.template.digest.copy() if form else hashlib.sha256()
        digest.update(content)
        self.form, self.sha256, self.issued_at, self.failure = form, digest.hexdigest(), at, ""
        self.file.save(f"{self.agreement.number}-{self.code}.pdf", ContentFile(content), save=False)

    @step(
        status, source=[Status.OWED, Status.ISSUED], target=Status.VOIDED, label="作废文书", article="第八十四条",
        who=permissions.reviewer_or_leader, checks=[checks.reason_is_given, checks.another_copy_stands],
    )  # fmt: skip
    def make_void(self, reason):
        """第八十四条：作废须有原因，文号保留，验证页显示作废。"""
        self.void_reason = reason

    @step(
        status, source=[Status.ISSUED], target=None, label="送达文书", article="第八十四条",
        who=permissions.agency_clerk, checks=[delivery_checks.is_addressed, delivery_checks.not_served_yet],
    )  # fmt: skip
    def serve(self, on):
        """第八十四条：按协议载明的地址送达对方；其后变更的，自变更之日起按变更后的地址。"""
        deliveries = self._meta.get_field("delivery").related_model.objects
        deliveries.open_for(self, notice_papers.ADDRESSED[self.purpose], on)

    @step(
        status, source=[Status.OWED, Status.ISSUED], target=Status.VOIDED, label="由新的一份替换", article="第八十四条",
        who=permissions.the_system,
    )  # fmt: skip
    def supersede(self, reason):
        """第八十四条：重新提交的，旧的一份作废，文号保留。"""
        self.void_reason = reason


def new_code():
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
