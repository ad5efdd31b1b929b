"""Keys, certificates and signed papers for the tests of seals, made by the product's own tools for a trial."""

import re
import subprocess
from datetime import timedelta
from functools import cache
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from agreements.gate import perform
from agreements.papers.lanes import Printed
from agreements.papers.press import press
from agreements.papers.seal import signer, stamping
from agreements.papers.seal.hospital import signer_of as signer_of_hospital
from agreements.papers.seal.keys import certified
from agreements.papers.seal.seals import register_seal, signer_for
from agreements.papers.seal.trial import make_test_key

AGENCY_NAME, HOSPITAL_NAME = "西宁市医疗保障经办服务中心", "西宁湟滨医院"


@cache
def paper_pdf(words="医保服务协议"):
    return press(f"<p>{words}</p>")


@cache
def private_key(kind):
    if kind == "p384":
        return ec.generate_private_key(ec.SECP384R1())
    if kind == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def certificate(kind="p256", name=AGENCY_NAME, begins=-1, ends=365, **usage):
    """A certificate made by itself; `begins`, `ends`: days from now."""
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, key = timezone.now(), private_key(kind)
    may = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False,
    )  # fmt: skip
    may |= usage or {"digital_signature": True, "content_commitment": True}
    builder = x509.CertificateBuilder(whose, whose, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now + timedelta(begins)).not_valid_after(now + timedelta(ends))
    return builder.add_extension(x509.KeyUsage(**may), critical=True).sign(key, hashes.SHA256())


def as_pem(thing):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def key_file(folder, content, name="seal.pem", mode=0o600):
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_signer(kind="p256", name=AGENCY_NAME, appearance=b""):
    source, pem = make_test_key(f"T-{kind}-{len(name)}", name, kind)
    return signer.CmsSigner(certified(pem.decode(), source), name=name, appearance=appearance)


test_signer.__test__ = False


def seal_in_use(agency, reviewer, leader, kind="p256"):
    """A test seal of the agency, registered by one person and released by another."""
    source, pem = make_test_key(agency.code, agency.name, kind)
    seal = register_seal(agency, pem, source, by=reviewer, is_test=True)
    return perform(seal.release, by=leader)


def print_signed(paper):
    """What the press gives for a paper: a short PDF, with the seal of its agency where one is set."""
    found = signer_for(paper)
    plain = paper_pdf(paper.code)
    return Printed.alone(stamping.sign_pdf(plain, found, signer.AGENCY_FIELD) if found else plain)


def countersigned(content, institution, at=None):
    """As the hospital's own software would sign it."""
    make_test_key(institution.code, institution.name, "p256")
    return stamping.sign_pdf(content, signer_of_hospital(institution), signer.HOSPITAL_FIELD, at=at)


def changed_under_cover(content, words=b""):
    """A PDF with something painted over its first page, and with its signature fields taken off its list."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    more = writer.add_object(generic.StreamObject(stream_data=words + b"0 0 100 100 re f"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), more])
    page.pop("/Annots", None)
    writer.update_container(page)
    writer.root.pop("/AcroForm", None)
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def openssl_says(pdf, folder, place=0):
    """What OpenSSL says of a signature: (whether it is good, the CMS in DER)."""
    found = list(re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", pdf))[place]
    start, length, second, rest = map(int, found.groups())
    (folder / "content").write_bytes(pdf[start : start + length] + pdf[second : second + rest])
    cms = bytes.fromhex(pdf[start + length + 1 : second - 1].decode())
    (folder / "cms.der").write_bytes(cms)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", folder / "cms.der", "-content", folder / "content",
               "-binary", "-noverify", "-out", folder / "out"]  # fmt: skip
    return subprocess.run(command, capture_output=True).returncode == 0, cms
