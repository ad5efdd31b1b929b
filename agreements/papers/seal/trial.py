"""Keys, certificates and seals for a trial: made here, worth nothing in law, and drawn so that everybody sees it."""

import os
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from .keys import TEST, test_key_path
from .signer import SealRefused

YEARS = 3
AUTHORITY = "测试发证机构（不具有法律效力）"


def make_test_key(code, name, kind="rsa"):
    """A key and a certificate in the name of a party, by an authority made for it. Returns (source, certificate PEM).

    `code`: of the agency or institution; `kind`: "rsa" (2048 bits) or "p256". An older test key of it is replaced.
    Raises SealRefused where test seals are not allowed.
    """
    if not settings.SEALS_FOR_TRIAL:
        raise SealRefused("正式环境不能制作测试章。确需试用的，设置 SEALS_FOR_TRIAL=true")
    authority_key, key = _new_key("p256"), _new_key(kind)
    authority = _certificate(AUTHORITY, authority_key, AUTHORITY, authority_key, is_authority=True)
    own = _certificate(name, key, AUTHORITY, authority_key)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificates = [one.public_bytes(serialization.Encoding.PEM) for one in (own, authority)]
    _write_private(test_key_path(code), b"".join([private, *certificates]))
    return f"{TEST}{code}", certificates[0]


def _new_key(kind):
    if kind == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(name, key, issuer_name, issuer_key, is_authority=False):
    now = timezone.now()
    usage = x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name, "测试发证" if is_authority else "测试证书"))
        .issuer_name(_named(issuer_name, "测试发证"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _named(name, unit):
    # A name of a certificate has at most 64 characters; the parties' names are shorter.
    kinds = (
        (NameOID.ORGANIZATION_NAME, name),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, name),
    )
    return x509.Name([x509.NameAttribute(kind, text[:64]) for kind, text in kinds])


def _write_private(path, content):
    """The file is nobody else's from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
