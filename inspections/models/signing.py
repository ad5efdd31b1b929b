import json

from django.utils import timezone

from agreements import checks as common
from agreements.gate import RuleBroken, step
from agreements.models import Attachment

from .. import checks, permissions
from ..snapshot import fixed_result
from ..states import InspectionStatus as S


class SigningActs:
    """The result: fixed when the fieldwork is finished, signed on the spot or noted as refused (第五十七条)."""

    @step(
        "status", source=[S.UNDERWAY], target=S.TO_SIGN, label="核查完毕", article="第五十七条",
        who=permissions.team_member, checks=[common.not_in_the_future, checks.not_before_the_beginning],
    )  # fmt: skip
    def finish(self, on, digest, by):
        """第五十七条：核查完毕，固定结果，当场交乙方签认。`digest`：所固定内容的摘要，记入事项记录。"""
        self.finished_on = on
        snapshot, found = fixed_result(self)
        if found != digest:
            raise RuleBroken("核查内容刚刚有变化，核对后再办（第五十七条）")
        self.sheets.create(order=self.sheets.count() + 1, snapshot=snapshot, sha256=digest, fixed_by=by)

    @step(
        "status", source=[S.TO_SIGN], target=S.UNDERWAY, label="退回补查", article="办审分离",
        who=permissions.checker, checks=[common.reason_is_given, common.not_in_the_future],
    )  # fmt: skip
    def reopen(self, reason, on):
        """办审分离、第五十七条：签认之前发现结果有误的，退回补查；这份结果单不再算数，留存备查。"""
        sheet = self.sheet
        sheet.void, sheet.void_reason = True, reason
        sheet.save(update_fields=["void", "void_reason"])
        self.finished_on = None

    @step(
        "status", source=[S.TO_SIGN], target=None, label="核查人员签名", article="第五十七条",
        who=permissions.team_member,
        checks=[checks.member_is_of_the_team, checks.member_has_not_signed, checks.sheet_is_whole],
    )  # fmt: skip
    def sign_as_inspector(self, member, strokes, by):
        """第五十七条：核查人员在结果单上签名。`strokes`：笔迹的 JSON。"""
        self.sheet.signatures.create(
            side="inspector", member=member, name=member.name, capacity="inspector", way="drawn",
            strokes=json.loads(strokes), signed_at=timezone.now(), entered_by=by,
        )  # fmt: skip

    @step(
        "status", source=[S.TO_SIGN], target=S.SIGNED, label="乙方当场签认", article="第五十七条",
        who=permissions.team_member,
        checks=[checks.every_inspector_has_signed, checks.sheet_is_whole, checks.signer_is_named, checks.seal_is_shown],
    )  # fmt: skip
    def sign_on_the_spot(self, name, capacity, strokes, seal, on, by):
        """第五十七条：乙方在保留申诉权利的前提下，对核查结果当场签字确认并加盖公章。"""
        (kept,) = Attachment.keep(self.agreement, [seal], by)
        self._institution_signature(name, capacity, "drawn", by, strokes=json.loads(strokes), seal=kept)

    @step(
        "status", source=[S.TO_SIGN], target=S.SIGNED, label="登录签认", article="第五十七条",
        who=permissions.institution_signatory,
        checks=[checks.online_is_agreed, checks.every_inspector_has_signed, checks.sheet_is_whole],
    )  # fmt: skip
    def sign_online(self, capacity, on, by):
        """第五十七条：乙方签约人登录，再次输入密码，对核查结果签认，保留申诉权利。"""
        self._institution_signature(by.name, capacity, "online", by)

    def _institution_signature(self, name, capacity, way, by, **more):
        self.sheet.signatures.create(
            side="institution", name=name, capacity=capacity, way=way, signed_at=timezone.now(), entered_by=by, **more
        )  # fmt: skip

    @step(
        "status", source=[S.TO_SIGN], target=S.REFUSED, label="注明拒签", article="第五十七条",
        who=permissions.team_member,
        checks=[common.reason_is_given, checks.enough_inspectors_have_signed, checks.sheet_is_whole],
    )  # fmt: skip
    def note_refusal(self, reason, on, by):
        """第五十七条：拒绝签字或盖章的，核查人员在核查结果上注明；不影响后续处理，申诉权利保留。"""
        sheet = self.sheet
        sheet.refusal_reason, sheet.refused_at, sheet.refusal_noted_by = reason, timezone.now(), by
        sheet.save(update_fields=["refusal_reason", "refused_at", "refusal_noted_by"])
