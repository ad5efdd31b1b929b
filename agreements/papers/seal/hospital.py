"""The hospital's signature on a paper that the agency has sealed, as the paper's second revision."""

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from ...gate import RuleBroken, perform
from ...models import PaperRevision
from .certificates import described
from .drawing import seal_pdf
from .keys import TEST, certified, opened_key, test_key_path
from .signer import HOSPITAL_FIELD, CmsSigner, SealRefused
from .stamping import sign_pdf
from .verification import Unreadable, signatures_of_stranger

PURPOSE = "医保服务协议签章"


def source_of(institution):
    """The name of the key that this portal keeps for a hospital; None when it has none."""
    if institution.code in settings.SEAL_KEYS:
        return institution.code
    trial = settings.SEALS_FOR_TRIAL and test_key_path(institution.code).is_file()
    return f"{TEST}{institution.code}" if trial else None


def signer_of(institution):
    """The signer over the hospital's own key. Raises SealRefused."""
    source = source_of(institution)
    if source is None:
        raise SealRefused("本门户没有登记本机构的签章密钥。请下载原件，用本机构的签章软件加签后上传")
    for der in opened_key(source).chain:
        found = described(x509.load_der_x509_certificate(der))
        if found.belongs_to(institution.name):
            appearance = seal_pdf(institution.name, PURPOSE, source.startswith(TEST))
            return CmsSigner(certified(found.pem, source), name=institution.name, appearance=appearance)
    raise SealRefused(f"密钥“{source}”没有附“{institution.name}”的证书。请系统管理员核对密钥文件")


def countersign_here(paper, *, by, address="", at=None):
    """Sign in the portal, with the key kept for the hospital. Raises RuleBroken."""
    at = at or timezone.now()
    try:
        signer = signer_of(paper.agreement.institution)
        content = sign_pdf(paper.read(), signer, HOSPITAL_FIELD, at=at)
    except SealRefused as why:
        raise RuleBroken(str(why)) from why
    return _kept(paper, content, at, PaperRevision.Way.PORTAL, by, address)


def keep_countersigned(paper, upload, *, by, address=""):
    """Keep what the hospital signed elsewhere. `upload`: the PDF. Raises RuleBroken."""
    upload.seek(0)
    content = upload.read()
    return _kept(paper, content, said_at(content), PaperRevision.Way.UPLOADED, by, address)


def said_at(content):
    """The moment that the newest signature names, else now: the record holds when it came in any case."""
    try:
        last = signatures_of_stranger(content)[-1:]
    except Unreadable:
        last = []
    return next((one.at for one in last if one.at), None) or timezone.now()


def _kept(paper, content, at, way, by, address):
    return perform(paper.countersign, by=by, address=address, content=content, at=at, way=way)
