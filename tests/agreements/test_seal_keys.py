"""密钥在文件或密码设备里，不在数据库和程序目录；别人能读的不用，与证书不配的不用。"""

import os
import sys
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from agreements.papers.seal import keys, tokens
from agreements.papers.seal.certificates import read_certificate, refuse_unfit
from agreements.papers.seal.signer import SealRefused

from .seal_world import as_pem, certificate, key_file, private_key


@pytest.fixture
def outside(settings, tmp_path, monkeypatch):
    """A key file as an administrator would put it, and its name in the settings."""

    def put(content, name="seal.pem", mode=0o600, passphrase=""):
        monkeypatch.setenv("SEAL_PASSPHRASE", passphrase)
        path = key_file(tmp_path, content, name, mode)
        settings.SEAL_KEYS = {"xining": {"file": str(path), "passphrase": "SEAL_PASSPHRASE"}}
        return path

    return put


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_pem_file_signs_for_its_certificate(outside, kind):
    outside(as_pem(private_key(kind)) + as_pem(certificate(kind)))
    key, public = keys.certified(as_pem(certificate(kind)).decode(), "xining"), private_key(kind).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(key.sign(b"paper"), b"paper", padding.PKCS1v15(), SHA256())
    else:
        public.verify(key.sign(b"paper"), b"paper", ec.ECDSA(SHA256()))


def test_a_pkcs12_file_opens_with_its_passphrase_alone(outside):
    own = certificate()
    packed = pkcs12.serialize_key_and_certificates(
        b"seal", private_key("p256"), own, None, BestAvailableEncryption(b"right")
    )
    outside(packed, "seal.p12", passphrase="right")
    assert keys.certified(as_pem(own).decode(), "xining").signature_bytes == keys.LARGEST_P256
    outside(packed, "seal.p12", passphrase="wrong")
    with pytest.raises(SealRefused, match="口令不对"):
        keys.opened_key("xining")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(outside, mode):
    outside(as_pem(private_key("p256")), mode=mode)
    with pytest.raises(SealRefused, match="chmod 600"):
        keys.opened_key("xining")


def test_a_key_in_the_repository_is_refused_even_by_a_link(outside, settings, tmp_path):
    settings.BASE_DIR = tmp_path / "program"
    settings.BASE_DIR.mkdir()
    kept = key_file(settings.BASE_DIR, as_pem(private_key("p256")))
    for path in (kept, tmp_path / "link.pem"):
        if path != kept:
            path.symlink_to(kept)
        settings.SEAL_KEYS = {"xining": {"file": str(path)}}
        with pytest.raises(SealRefused, match="程序目录"):
            keys.opened_key("xining")


def test_what_is_not_there_or_not_named_is_refused(outside, settings):
    outside(as_pem(private_key("p256"))).unlink()
    with pytest.raises(SealRefused, match="不存在或读不到"):
        keys.opened_key("xining")
    with pytest.raises(SealRefused, match="SEAL_KEYS"):
        keys.opened_key("haidong")


def test_a_key_that_is_not_the_certificates_is_refused(outside):
    outside(as_pem(private_key("rsa2048")))
    with pytest.raises(SealRefused, match="不是一对"):
        keys.certified(as_pem(certificate("rsa3072")).decode(), "xining")


def test_other_kinds_of_keys_are_refused(outside):
    with pytest.raises(SealRefused, match="不受支持"):
        refuse_unfit(as_pem(certificate("p384")))


def test_a_certificate_that_may_not_sign_is_refused():
    with pytest.raises(SealRefused, match="用途"):
        refuse_unfit(as_pem(certificate(key_encipherment=True)))


def test_a_private_key_is_not_taken_for_a_certificate():
    with pytest.raises(SealRefused, match="私钥"):
        read_certificate(as_pem(private_key("p256")) + as_pem(certificate()))
    with pytest.raises(SealRefused, match="不是证书"):
        read_certificate(b"%PDF-1.7")


def test_no_secret_is_shown_by_what_holds_it(outside):
    outside(as_pem(private_key("p256")), passphrase="")
    assert "sign" not in repr(keys.opened_key("xining"))


# ── tokens ──


class FakeToken:
    """What of python-pkcs11 is used, over a key of ours."""

    class PKCS11Error(Exception):
        pass

    class NoSuchKey(PKCS11Error):
        pass

    exceptions = SimpleNamespace(PKCS11Error=PKCS11Error)
    ObjectClass = SimpleNamespace(PRIVATE_KEY="private", CERTIFICATE="certificate")
    Attribute = SimpleNamespace(CLASS="class", VALUE="value")
    KeyType = SimpleNamespace(RSA="rsa")
    Mechanism = SimpleNamespace(SHA256_RSA_PKCS="rsa with sha256", ECDSA="ecdsa")

    def lib(self, module):
        assert module == "/usr/lib/token.so"
        return self

    def get_token(self, *, token_label):
        assert token_label == "portal"
        return self

    def open(self, *, user_pin):
        if user_pin != "1234":
            raise self.PKCS11Error
        return self

    def get_key(self, *, object_class, label):
        if (object_class, label) != ("private", "xining"):
            raise self.NoSuchKey
        return SimpleNamespace(key_type="rsa", sign=self.sign)

    def sign(self, data, mechanism):
        assert mechanism == self.Mechanism.SHA256_RSA_PKCS
        return private_key("rsa2048").sign(data, padding.PKCS1v15(), SHA256())

    def get_objects(self, wanted):
        return []


@pytest.fixture
def token(settings, monkeypatch):
    fake = FakeToken()
    monkeypatch.setitem(sys.modules, "pkcs11", fake)
    monkeypatch.setitem(
        sys.modules, "pkcs11.util.ec", SimpleNamespace(encode_ecdsa_signature=lambda raw: raw)
    )
    monkeypatch.setenv("TOKEN_PIN", "1234")
    tokens._session.cache_clear()
    place = {"module": "/usr/lib/token.so", "token": "portal", "key": "xining", "pin": "TOKEN_PIN"}
    settings.SEAL_KEYS = {"xining": place, "other": place | {"key": "nobody"}}
    yield fake
    tokens._session.cache_clear()


def test_a_key_in_a_token_signs_for_its_certificate(token):
    key = keys.certified(as_pem(certificate("rsa2048")).decode(), "xining")
    private_key("rsa2048").public_key().verify(key.sign(b"paper"), b"paper", padding.PKCS1v15(), SHA256())


def test_a_wrong_pin_and_an_unknown_key_are_refused(token, monkeypatch):
    with pytest.raises(SealRefused, match="nobody"):
        keys.opened_key("other")
    monkeypatch.setenv("TOKEN_PIN", "0000")
    with pytest.raises(SealRefused, match="密码设备"):
        keys.opened_key("xining")


def test_without_the_library_a_token_is_refused_in_a_sentence(settings, monkeypatch):
    settings.SEAL_KEYS = {"xining": {"module": "x.so", "token": "t", "key": "k"}}
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(SealRefused, match="python-pkcs11"):
        keys.opened_key("xining")


@pytest.mark.skipif("SOFTHSM2_MODULE" not in os.environ, reason="names no SoftHSM with a token “portal”")
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_real_token_signs(settings, kind):
    """With SoftHSM: token “portal”, keys “rsa” and “ec” made in it, PIN in SEAL_TEST_PIN."""
    place = {"module": os.environ["SOFTHSM2_MODULE"], "token": "portal", "pin": "SEAL_TEST_PIN"}
    settings.SEAL_KEYS = {kind: place | {"key": kind}}
    public = _public_in_token(place, kind)
    signed = keys.opened_key(kind).sign(b"paper")
    if kind == "rsa":
        public.verify(signed, b"paper", padding.PKCS1v15(), SHA256())
    else:
        public.verify(signed, b"paper", ec.ECDSA(SHA256()))


def _public_in_token(place, label):
    import pkcs11
    from cryptography.hazmat.primitives.serialization import load_der_public_key
    from pkcs11.util.ec import encode_ec_public_key
    from pkcs11.util.rsa import encode_rsa_public_key

    encode = encode_rsa_public_key if label == "rsa" else encode_ec_public_key
    session = tokens._session(place["module"], "portal", os.environ["SEAL_TEST_PIN"], os.getpid())
    return load_der_public_key(
        encode(session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label))
    )
