"""A signature for one PDF: the prepared CMS of a seal, filled for each document (PAdES baseline B).

Whoever writes the PDF leaves `2 * signer.reserved` hex digits of room in /Contents, hashes the file around them
and asks for `signer.cms(digest, at)`. The moment goes into the signature dictionary's /M and not into the CMS:
PAdES forbids the signing-time attribute there. /SubFilter is `SUBFILTER`; /Name is `signer.name`.
"""

import hashlib
from datetime import datetime
from typing import Protocol

from asn1crypto import cms, tsp, x509

from ..refusals import PaperRefused

SUBFILTER = "ETSI.CAdES.detached"
AGENCY_FIELD, HOSPITAL_FIELD = "agency", "hospital"  # the two signature fields of a paper
# Stands for the digest until a document comes. The certificate cannot hold it by chance.
_BLANK = bytes.fromhex("a5" * 32)


class SealRefused(PaperRefused):
    """The seal cannot be set; the message says why and what to do, for a person."""


class Signer(Protocol):
    """What the writer of a PDF needs to know of a seal.

    `name`: who signs; `reserved`: the most bytes a CMS takes; `appearance`: the visible seal, a PDF of one page
    whose media box is the seal's size in points.
    """

    name: str
    reserved: int
    appearance: bytes

    def cms(self, digest: bytes, at: datetime) -> bytes:
        """The detached CMS, DER, at most `reserved` bytes, over a SHA-256 `digest` (32 bytes).

        `at`: the moment written into /M, aware. Raises SealRefused outside the certificate's term.
        """
        ...


class CmsSigner:
    """The signer over a key (`keys.Key`): everything but digest and signature is prepared once."""

    def __init__(self, key, *, name, appearance=b""):
        self.key, self.name, self.appearance = key, name, appearance
        self.certificate = x509.Certificate.load(key.certificate)
        attributes = _signed_attributes(key.certificate)
        self._attributes = _cut(attributes.untag().dump())
        self._unsigned = attributes
        # DER lengths depend on the signature's: always the same for RSA, one of a few for P-256.
        self._skeletons = {}
        self.reserved = len(self._whole(bytes(key.signature_bytes)))

    def cms(self, digest, at):
        self._refuse_outside_term(at)
        before, after = self._attributes
        return self._filled(digest, self.key.sign(before + digest + after))

    def _refuse_outside_term(self, at):
        term = self.certificate["tbs_certificate"]["validity"]
        begin, end = term["not_before"].native, term["not_after"].native
        if not begin <= at <= end:
            raise SealRefused(
                f"{self.name}的签章证书有效期为 {begin:%Y-%m-%d} 至 {end:%Y-%m-%d}，"
                f"{at:%Y-%m-%d} 不能签章。请登记新的证书"
            )

    def _filled(self, digest, signature):
        size = len(signature)
        if size not in self._skeletons:
            whole = self._whole(bytes(size))
            self._skeletons[size] = _cut(whole[: len(whole) - size])  # the signature is the CMS's last bytes
        head, middle = self._skeletons[size]
        return b"".join((head, digest, middle, signature))

    def _whole(self, signature):
        info = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": _issuer_and_serial(self.certificate)},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": self._unsigned,
            "signature_algorithm": {"algorithm": self.key.algorithm},
            "signature": signature,
        }
        data = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [self.certificate, *map(x509.Certificate.load, self.key.chain)],
            "signer_infos": [info],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump()


def _signed_attributes(certificate):
    """What PAdES baseline B asks for: content type, digest, which certificate (ESS, version 2)."""
    ess = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
    values = {"content_type": "data", "message_digest": _BLANK, "signing_certificate_v2": ess}
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": kind, "values": [one]}) for kind, one in values.items()]
    )


def _issuer_and_serial(certificate):
    return {"issuer": certificate.issuer, "serial_number": certificate.serial_number}


def _cut(der):
    """What stands before and behind the blank digest."""
    before, after = der.split(_BLANK)
    return before, after
