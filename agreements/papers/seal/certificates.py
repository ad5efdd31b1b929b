"""What a certificate says: whose it is, how long, and what it is known by."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .keys import how_it_signs
from .signer import SealRefused

LARGEST = 64 * 1024  # bytes of a certificate file with its chain
NAMING = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)


@dataclass(frozen=True)
class Certificate:
    """`names`: organisation and common name of the subject; `fingerprint`: SHA-256 of the DER, hex."""

    pem: str
    der: bytes
    fingerprint: str
    subject: str
    names: tuple
    not_before: datetime
    not_after: datetime

    def belongs_to(self, name):
        """Whether the subject is this institution, however widths and spaces are written."""
        return plain(name) in map(plain, self.names)


def plain(name):
    return "".join(unicodedata.normalize("NFKC", name).split())


def read_certificate(content):
    """The certificate in `content` (PEM or DER), or SealRefused with a sentence.

    A file with a private key in it is refused: keys have no business in a browser.
    """
    if b"PRIVATE KEY" in content:
        raise SealRefused("文件里有私钥。只上传证书（.cer、.crt、.pem），私钥由系统管理员放到服务器上")
    try:
        pem = b"BEGIN CERTIFICATE" in content
        found = x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)
        return described(found)
    except (ValueError, TypeError) as why:
        raise SealRefused("文件不是证书。请选择 PEM 或 DER 格式的证书文件（.cer、.crt、.pem）") from why


def described(certificate):
    """A `Certificate` of a certificate of `cryptography`."""
    der = certificate.public_bytes(Encoding.DER)
    names = [part.value for kind in NAMING for part in certificate.subject.get_attributes_for_oid(kind)]
    return Certificate(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        der=der,
        fingerprint=hashlib.sha256(der).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        names=tuple(str(name) for name in names),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def refuse_unfit(content):
    """The certificate that a seal can be made of: of a kind that signs here, and meant for signing."""
    certificate = read_certificate(content)
    loaded = x509.load_der_x509_certificate(certificate.der)
    how_it_signs(loaded)
    if not _may_sign(loaded):
        raise SealRefused("证书的用途不含签名（数字签名、不可否认），不能用来签章。请向发证机构换发签章证书")
    return certificate


def _may_sign(certificate):
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment
