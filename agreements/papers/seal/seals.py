"""Which seal a paper gets, and the acts on seals that are more than one step."""

from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from institutions.models import Role

from ...gate import RuleBroken, perform
from ...models import AgencySeal, Paper
from .certificates import refuse_unfit
from .drawing import PURPOSE, seal_pdf
from .keys import certified
from .signer import CmsSigner, SealRefused
from .trial import make_test_key

# Which papers a seal is set on by itself.
SEALED = {Paper.Purpose.SIGNED_COPY, Paper.Purpose.SIGNED_SUPPLEMENT}
LONGEST_WAIT = timedelta(minutes=10)  # how long an opened key is trusted to be where it was


def signer_for(paper):
    """The signer for a paper that is being printed now; None when it is sealed by hand, or not at all.

    Raises SealRefused while its agency seals electronically and has no seal that can be used: the paper stays owed, and
    never goes out without the seal by itself.
    """
    if paper.purpose not in SEALED:
        return None
    return signer_of(paper.agreement.agency_id)


def signer_of(agency, at=None):
    """The signer of an agency (or its key) in use at this moment; None when it seals on paper. Raises SealRefused as above.

    One query; the key is opened once a process. What is withdrawn is withdrawn for the next paper already.
    """
    seal = AgencySeal.objects.in_turn(agency).first()
    if seal is None or not seal.electronic:
        return None
    _refuse_unusable(seal, at or timezone.now())
    period = int(timezone.now().timestamp() // LONGEST_WAIT.total_seconds())
    return _signer(seal.certificate, seal.source, seal.name, bytes(seal.appearance), period)


def _refuse_unusable(seal, at):
    remedy = "请启用新的印章，或在“电子印章”改为纸质签章"
    if seal.status == AgencySeal.Status.WITHDRAWN:
        raise SealRefused(
            f"{seal.agency}的印章已于{seal.active_until:%Y-%m-%d}停用（{seal.withdrawn_for}），不能签章。{remedy}"
        )
    if at > seal.not_after:
        raise SealRefused(f"{seal.agency}的签章证书已于{seal.not_after:%Y-%m-%d}到期，不能签章。{remedy}")
    if at < seal.not_before:
        raise SealRefused(f"{seal.agency}的签章证书自{seal.not_before:%Y-%m-%d}起才有效，不能签章。{remedy}")
    if seal.is_test and not settings.SEALS_FOR_TRIAL:
        raise SealRefused(f"{seal.agency}的印章是测试章，正式环境不能使用。{remedy}")


@lru_cache(maxsize=32)
def _signer(certificate, source, name, appearance, period):
    """Opening a key takes a hundred times as long as signing with it."""
    return CmsSigner(certified(certificate, source), name=name, appearance=appearance)


def register_seal(agency, certificate, source, *, by, purpose=PURPOSE, is_test=False, address=""):
    """A new seal of the agency, not in use yet. `certificate`: the bytes of a file, PEM or DER.

    Raises RuleBroken with what is wrong with certificate, key or name.
    """
    try:
        found = refuse_unfit(certificate)
        certified(found.pem, source)
        if not is_test and not found.belongs_to(agency.name):
            raise SealRefused(f"证书属于“{'，'.join(found.names)}”，不是“{agency.name}”。请核对证书文件")
        appearance = seal_pdf(agency.name, purpose, is_test)
    except SealRefused as why:
        raise RuleBroken(str(why)) from why
    with transaction.atomic():
        seal = AgencySeal.objects.create(
            agency=agency, name=agency.name, purpose=purpose, certificate=found.pem, fingerprint=found.fingerprint,
            subject=found.subject[:300], not_before=found.not_before, not_after=found.not_after, source=source,
            appearance=appearance, is_test=is_test,
        )  # fmt: skip
        return perform(seal.register, by=by, address=address)


def give_test_seal(agency):
    """A test seal in use, by two people of the agency as for a real one; the test seal before it is withdrawn.

    Returns the AgencySeal. Raises SealRefused where test seals are not allowed, RuleBroken.
    """
    reviewer, leader = (_person(agency, role) for role in (Role.REVIEWER, Role.LEADER))
    source, certificate = make_test_key(agency.code, agency.name)
    for old in AgencySeal.objects.filter(agency=agency, is_test=True, status=AgencySeal.Status.RELEASED):
        perform(old.withdraw, by=leader, reason="重新制作测试章")
    seal = register_seal(agency, certificate, source, by=reviewer, is_test=True)
    return perform(seal.release, by=leader)


def _person(agency, role):
    person = agency.people.filter(role=role, is_active=True).order_by("pk").first()
    if person is None:
        raise RuleBroken(f"{agency.name}还没有{role.label}，印章须由复核登记、负责人启用")
    return person
