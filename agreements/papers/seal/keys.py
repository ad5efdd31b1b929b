"""Where signing keys are: a file outside the repository, or a token (PKCS#11). Never the database.

`settings.SEAL_KEYS` names them: {"xining": {"file": "/etc/portal/xining.p12", "passphrase": "XINING_PASSPHRASE"}} or
{"xining": {"module": "/usr/lib/…/libsofthsm2.so", "token": "portal", "key": "xining", "pin": "XINING_PIN"}}.
Passphrase and PIN are names of environment variables, so that no list of settings ever holds one.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings

from .signer import SealRefused

SHA256 = hashes.SHA256()
RSA_BITS = range(2048, 4097)
LARGEST_P256 = 72  # bytes of an ECDSA signature over P-256 in DER: 64 and the marks around them
TEST = "test:"  # a key that `make_test_seal` made; the rest of the name is the agency's code
PROBE = b"does this key belong to this certificate"


class Key(Protocol):
    """A private key that signs, wherever it lies, with its certificate.

    `certificate`, `chain`: DER, the chain without the certificate; `algorithm`: as CMS names it;
    `signature_bytes`: the most that a signature takes.
    """

    certificate: bytes
    chain: tuple
    algorithm: str
    signature_bytes: int

    def sign(self, data: bytes) -> bytes:
        """The signature over the SHA-256 of `data`: PKCS#1 v1.5 for RSA, DER for ECDSA."""
        ...


@dataclass(frozen=True)
class Opened:
    """A key as its source gives it: how it signs, and the certificates that lay beside it (DER)."""

    sign: object = field(repr=False)
    chain: tuple = ()


@dataclass(frozen=True)
class CertifiedKey:
    """A key that is known to belong to its certificate (`Key`)."""

    certificate: bytes
    algorithm: str
    signature_bytes: int
    sign: object = field(repr=False)
    chain: tuple = ()


def certified(certificate, source):
    """The key of `source` for this certificate (PEM). Raises SealRefused when they do not belong together."""
    known = x509.load_pem_x509_certificate(certificate.encode())
    algorithm, size = how_it_signs(known)
    opened = opened_key(source)
    _check_pair(known.public_key(), opened.sign, source)
    der = known.public_bytes(serialization.Encoding.DER)
    chain = tuple(one for one in opened.chain if one != der)
    return CertifiedKey(der, algorithm, size, opened.sign, chain)


def how_it_signs(certificate):
    """(algorithm as CMS names it, most bytes of a signature). Raises SealRefused for a kind we cannot use."""
    try:
        public = certificate.public_key()
    except (
        Exception
    ) as why:  # an SM2 key is a curve that the library does not know, and says so in several ways
        raise SealRefused(
            "证书的密钥种类不受支持（例如 SM2）。请使用 RSA 2048 位以上或 P-256 的证书"
        ) from why
    if isinstance(public, rsa.RSAPublicKey) and public.key_size in RSA_BITS:
        return "sha256_rsa", public.key_size // 8
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return "sha256_ecdsa", LARGEST_P256
    raise SealRefused("证书的密钥种类不受支持。请使用 RSA 2048 至 4096 位或 P-256 的证书")


def _check_pair(public, sign, source):
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(sign(PROBE), PROBE, padding.PKCS1v15(), SHA256)
        else:
            public.verify(sign(PROBE), PROBE, ec.ECDSA(SHA256))
    except InvalidSignature as why:
        raise SealRefused(f"密钥“{source}”与登记的证书不是一对。请核对密钥来源，或重新登记证书") from why


def sources():
    """The names of the keys that this installation has, for choosing."""
    return sorted(settings.SEAL_KEYS)


def opened_key(source):
    """The key under this name (`Opened`). Raises SealRefused with what is wrong with it."""
    if source.startswith(TEST):
        if not settings.SEALS_FOR_TRIAL:
            raise SealRefused("测试密钥在正式环境不能使用。请登记发证机构颁发的证书")
        return _from_file(test_key_path(source.removeprefix(TEST)), b"", test=True)
    wanted = settings.SEAL_KEYS.get(source)
    if wanted is None:
        raise SealRefused(f"没有名为“{source}”的密钥。请系统管理员在 SEAL_KEYS 中配置")
    if "module" in wanted:
        from .tokens import from_token  # python-pkcs11 is there only where a token is used

        return from_token(wanted, _secret(wanted.get("pin", "")))
    return _from_file(Path(wanted["file"]), _secret(wanted.get("passphrase", "")))


def test_key_path(code):
    """Where the key of an agency's test seal lies: with the data of a trial, never in the repository's history."""
    return Path(settings.SEAL_TEST_KEYS) / f"{code}.pem"


def _secret(variable):
    return os.environ.get(variable, "").encode() if variable else b""


def _from_file(path, passphrase, test=False):
    data = _read_private(path, test)
    try:
        if path.suffix.lower() in (".p12", ".pfx"):
            private, own, others = pkcs12.load_key_and_certificates(data, passphrase or None)
            chain = [one for one in (own, *others) if one]
        else:
            private = serialization.load_pem_private_key(data, passphrase or None)
            chain = x509.load_pem_x509_certificates(data) if b"BEGIN CERTIFICATE" in data else []
    except (ValueError, TypeError) as why:
        raise SealRefused(f"密钥文件 {path.name} 打不开：口令不对，或不是 PKCS#12、PEM 文件") from why
    ders = tuple(one.public_bytes(serialization.Encoding.DER) for one in chain)
    return Opened(_signing_with(private), ders)


def _read_private(path, test):
    """The bytes of a file that only we can read, outside the repository. Raises SealRefused."""
    path = path.resolve()
    if not test and path.is_relative_to(Path(settings.BASE_DIR).resolve()):
        raise SealRefused(
            f"密钥文件 {path.name} 在程序目录里，不能使用。请移到程序目录以外，只许本程序的账号读取"
        )
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SealRefused(f"密钥文件 {path.name} 别的账号也能读取，不能使用。请改为 chmod 600")
            return file.read()
    except OSError as why:
        raise SealRefused(f"密钥文件 {path.name} 不存在或读不到。请系统管理员核对 SEAL_KEYS") from why


def _signing_with(private):
    """The key stays parsed inside: parsing and checking it again costs more than a hundred signatures."""
    if isinstance(private, rsa.RSAPrivateKey):
        return lambda data: private.sign(data, padding.PKCS1v15(), SHA256)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        # The nonce from the data: the same paper has the same signature, and no bad dice can leak the key.
        once = ec.ECDSA(SHA256, deterministic_signing=True)
        return lambda data: private.sign(data, once)
    raise SealRefused("密钥种类不受支持。请使用 RSA 或 P-256 的密钥")
