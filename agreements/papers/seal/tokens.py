"""Keys in a token, by PKCS#11: the key never leaves it, the digest goes in and the signature comes out."""

import hashlib
import os
from functools import lru_cache
from threading import Lock

from .keys import Opened
from .signer import SealRefused

# A session takes one call at a time.
_one_at_a_time = Lock()


def from_token(wanted, pin):
    """The key of SEAL_KEYS' entry `wanted` (module, token, key). Raises SealRefused."""
    try:
        import pkcs11
    except ImportError as why:
        raise SealRefused(
            "这台机器没有安装 python-pkcs11，不能使用密码设备里的密钥。请系统管理员安装"
        ) from why
    label = wanted["key"]
    try:
        session = _session(wanted["module"], wanted["token"], pin.decode(), os.getpid())
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        kept = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE})
        chain = tuple(one[pkcs11.Attribute.VALUE] for one in kept)
    except pkcs11.exceptions.PKCS11Error as why:
        problem = type(why).__name__
        raise SealRefused(f"密码设备“{wanted['token']}”里的密钥“{label}”不能使用：{problem}") from why
    return Opened(lambda data: _sign(key, data), chain)


@lru_cache
def _session(module, token, pin, process):
    """One login a process: a token refuses the second, and after a fork a session is another process's."""
    import pkcs11

    return pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)


def _sign(key, data):
    from pkcs11 import KeyType, Mechanism
    from pkcs11.util.ec import encode_ecdsa_signature

    with _one_at_a_time:
        if key.key_type == KeyType.RSA:
            return key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS)
        raw = key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return encode_ecdsa_signature(raw)
