"""What the signatures in a PDF are worth: who, when, how much of the document, and whether anyone vouches for it.

All of it offline: what is not in the file, in the folder of trusted roots or among the registered seals is not known.
"""

import io
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path

from asn1crypto import pem, x509
from django.conf import settings

from .certificates import plain, read_certificate
from .strangers import read_apart

logger = logging.getLogger(__name__)

MOST_SIGNATURES = 10  # of one file: more is no paper of this portal
DAMAGED = "文件的结构或签名已损坏，读不出来。请使用原来下载的文件"
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
WHOLE, EARLIER, PART = "whole", "earlier", "part"
TRUSTED, TEST, REGISTERED, UNKNOWN = "trusted", "test", "registered", "unknown"
CHAINS = {
    TRUSTED: "由受信任的发证机构签发",
    REGISTERED: "本门户登记的签章证书，发证机构不在受信任名单内",
    TEST: "测试证书，自行制作，不具有法律效力",
    UNKNOWN: "发证机构不在本门户的受信任名单内，签署人的身份未经证实",
}
COVERS = {
    WHOLE: "整份文件",
    EARLIER: "签署时的整份文件；其后只增加了签名，内容没有改动",
    PART: "只是文件的一部分",
}


@dataclass(frozen=True)
class Signed:
    """One signature. `at`: as the signer says, None when it does not say; `intact`: digest and signature agree.

    `covers`: WHOLE, EARLIER (later revisions only added signatures) or PART; `chain`: a key of CHAINS; `end`: where its
    revision ends, in bytes from the beginning of the file.
    """

    field: str
    who: str
    at: datetime | None
    intact: bool
    covers: str
    chain: str
    in_term: bool
    names: tuple = ()
    fingerprint: str = ""
    end: int = 0

    def as_json(self):
        return asdict(self) | {"at": self.at and self.at.isoformat()}

    @classmethod
    def from_json(cls, said):
        at = said["at"] and datetime.fromisoformat(said["at"])
        return cls(**said | {"at": at, "names": tuple(said["names"])})

    @property
    def is_sound(self):
        """The bytes are as they were signed, with a certificate in its term; says nothing of who vouches for it."""
        return self.intact and self.covers != PART and self.in_term

    @property
    def chain_sentence(self):
        return CHAINS[self.chain]

    @property
    def covers_sentence(self):
        return COVERS[self.covers]

    @property
    def verdict(self):
        if not self.intact:
            return "签名无效：文件在签署后被改动过，或签名损坏"
        if self.covers == PART:
            return "签名本身完好，但文件里有它没有覆盖的改动"
        if not self.in_term:
            return "签名完好，但签署时证书不在有效期内"
        return "签名有效，内容自签署后没有改动"


class Unreadable(Exception):
    """The PDF cannot be read; the message is for a person."""


def ends_of_signed_parts(pdf):
    """Where each signature says that its revision ends, in bytes from the beginning; without parsing the file."""
    ends = {int(found[3]) + int(found[4]) for found in BYTE_RANGE.finditer(pdf)}
    return sorted(end for end in ends if 0 < end <= len(pdf))[:MOST_SIGNATURES]


def signatures_in(pdf):
    """`Signed` for each signature of a PDF of ours, in their order; [] when it has none. Raises Unreadable."""
    roots = roots_in(settings.SEAL_TRUST_ROOTS)
    return [_with_seal(one) for one in read_signatures(pdf, roots)]


def signatures_of_stranger(pdf):
    """As `signatures_in`, for a file that anybody may have made: it is read in a process of its own, within limits."""
    if not ends_of_signed_parts(pdf):
        return []
    found = read_apart(pdf, "signatures", str(settings.SEAL_TRUST_ROOTS))
    if not isinstance(found, list):
        raise Unreadable(found or DAMAGED)
    return [_with_seal(Signed.from_json(one)) for one in found]


def vouch_for_all(before, after):
    """Whether the signatures of an original (`before`) stand in a longer file (`after`) and say that it is unchanged.

    A signature vouches for what came before it alone: where the first signer's is taken off, the next may have signed
    anything. What nobody had signed, nobody vouches for.
    """
    kept = {(one.fingerprint, one.end) for one in after if one.is_sound}
    return bool(before) and all((one.fingerprint, one.end) in kept for one in before)


def read_signatures(pdf, roots):
    """`Signed` for each signature, judged by the trusted `roots` alone. Reads no settings and no database."""
    if not ends_of_signed_parts(pdf):
        return []
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if len(found) > MOST_SIGNATURES:
            raise Unreadable(f"文件里有 {len(found)} 个签名，超过 {MOST_SIGNATURES} 个，不予核验")
        # The library runs an event loop, which a thread that has one already refuses.
        with ThreadPoolExecutor(max_workers=1) as own_thread:
            return list(own_thread.map(partial(_judged, roots=roots), found))
    except Unreadable:
        raise
    except Exception as why:
        # A crafted or damaged PDF fails in as many ways as the parser has lines; all say the same to a visitor.
        logger.info("a PDF could not be read: %s", type(why).__name__)
        raise Unreadable(DAMAGED) from why


def _judged(embedded, roots):
    at, now = _said(embedded), datetime.now(UTC)
    status = _status(embedded, min(at or now, now), roots)
    certificate = read_certificate(embedded.signer_cert.dump())
    return Signed(
        field=embedded.field_name,
        who="，".join(dict.fromkeys(certificate.names)) or certificate.subject,
        at=at,
        intact=status.intact and status.valid,
        covers=_covered(status),
        chain=TRUSTED if status.trusted else UNKNOWN,
        in_term=certificate.not_before <= (at or now) <= certificate.not_after,
        names=certificate.names,
        fingerprint=certificate.fingerprint,
        end=int(embedded.byte_range[2] + embedded.byte_range[3]),
    )


def _said(embedded):
    """The moment that the signature names, when it names one with its zone."""
    moment = embedded.self_reported_timestamp
    return moment if moment and moment.tzinfo else None


def _status(embedded, moment, roots):
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=list(roots), moment=moment, allow_fetching=False, revocation_mode="soft-fail"
    )
    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )
    return validate_pdf_signature(embedded, context, key_usage_settings=usage)


def _covered(status):
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return WHOLE
    harmless = status.modification_level in (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
    return EARLIER if status.coverage == SignatureCoverageLevel.ENTIRE_REVISION and harmless else PART


def _with_seal(signed):
    """What this portal knows of the certificate: a test seal is one whatever vouches for it."""
    from ...models import AgencySeal

    seal = AgencySeal.objects.filter(fingerprint=signed.fingerprint).only("is_test").first()
    if seal and seal.is_test:
        return replace(signed, chain=TEST)
    return replace(signed, chain=REGISTERED) if seal and signed.chain == UNKNOWN else signed


def roots_in(folder):
    """The certificates in a folder, PEM or DER; none when no folder is named."""
    files = sorted(Path(folder).glob("*")) if folder else []
    return _roots(tuple((str(file), file.stat().st_mtime_ns) for file in files if file.is_file()))


@lru_cache(maxsize=4)
def _roots(files):
    roots = []
    for name, _ in files:
        content = Path(name).read_bytes()
        ders = (
            [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        )
        roots += [x509.Certificate.load(der) for der in ders]
    return tuple(roots)


def refuse_counter_signature(first, second, name):
    """Why `second` is not `first` with one more signature by `name`, as a sentence; None when it is.

    `first`: the paper as it was issued; `second`: what the other side sends back.
    """
    if len(second) <= len(first) or not second.startswith(first):
        return "文件不是在门户印出的原件上签署的：原件的内容被改动过，或另存过。请下载原件，用签章软件在原件上加签，不要打印或另存"
    try:
        before, after = signatures_in(first), signatures_of_stranger(second)
    except Unreadable as why:
        return str(why)
    if not all(one.is_sound for one in after):
        return next(one.verdict for one in after if not one.is_sound)
    if not vouch_for_all(before, after):
        return "原件上甲方的签名不在文件里了，内容可能被改动过。请重新下载原件，用签章软件在原件上加签"
    added = after[len(before) :]
    if len(added) != 1:
        return f"文件里新增了 {len(added)} 个签名，应只增加一个" if added else "文件里没有新增的签名"
    mine = added[0]
    if mine.covers != WHOLE:
        return "新增的签名没有覆盖整份文件，签署以后又有改动"
    return _refuse_signer(mine, name)


def _refuse_signer(signed, name):
    if plain(name) not in map(plain, signed.names):
        return f"签名证书属于“{signed.who}”，不是“{name}”。请使用本机构名下的证书"
    if settings.SEAL_TRUST_REQUIRED and signed.chain != TRUSTED:
        return f"{signed.chain_sentence}。请使用受信任的发证机构颁发的证书，或请系统管理员把发证机构加入名单"
    return None
