"""A signature and its visible seal added to a finished PDF, as one more revision at its end.

For the papers that WeasyPrint lays out one by one; what is printed by the thousand is signed while it is written.
"""

import hashlib
import re
from io import BytesIO

import pypdfium2
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import get_single_field_annot
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from .signer import AGENCY_FIELD, HOSPITAL_FIELD

HIDDEN = InvisSigSettings(set_hidden_flag=False, set_print_flag=True)  # what PDF/A asks of an unseen field
# Where a seal goes that no words ask for: its lower left corner on the last page, in points, right above the foot.
LAST_PAGE, CORNER = -1, (400, 90)
# The words of a signature page beside which a party sets its seal; its corner seen from their upper left, in points.
BESIDE = {
    AGENCY_FIELD: re.compile("甲方（[公盖签]章）"),
    HOSPITAL_FIELD: re.compile("乙方（[公盖签]章）"),
}
RIGHT_OF, BELOW = 60, 117


def sign_pdf(pdf, signer, field, *, at=None, place=None):
    """`pdf` with one more revision: the signature of `signer` in `field`, and its seal.

    `field`: `signer.AGENCY_FIELD` or `HOSPITAL_FIELD`, made when the PDF has no such empty field; `at`: aware moment of the
    signature; `place`: (page from 0, (x, y) of the lower left corner in points), else where the words of the paper ask
    for the seal. The bytes of `pdf` stand unchanged at the beginning. Raises SealRefused.
    """
    at = at or timezone.now()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    _tell_apart(writer, pdf, field, at)
    seal = _seal(writer, signer.appearance) if signer.appearance else None
    page, corner = place or _place(pdf, field)
    spec = SigFieldSpec(field, on_page=page, box=_box(seal, corner), invis_sig_settings=HIDDEN)
    steps = PdfCMSEmbedder(spec).write_cms(field, writer)
    annotation = get_single_field_annot(next(steps).get_object())
    if seal is not None and annotation["/Rect"][0] != annotation["/Rect"][2]:
        annotation["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): seal})
        writer.update_container(annotation)
    placeholder = SignatureObject(
        timestamp=at, subfilter=SigSeedSubFilter.PADES, name=signer.name, bytes_reserved=2 * signer.reserved
    )
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    digest, out = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.send(signer.cms(digest.document_digest, at))
    return out.getvalue()


def _tell_apart(writer, pdf, field, at):
    """The file's ID comes from its content and not from dice: the same paper, sealed at the same moment, is the same."""
    first, second = pdf, pdf + f"{field} {at.isoformat()}".encode()
    if "/ID" not in writer.prev.trailer:
        writer._document_id[0] = generic.ByteStringObject(hashlib.sha256(first).digest()[:16])
    writer._document_id[1] = generic.ByteStringObject(hashlib.sha256(second).digest()[:16])


def _place(pdf, field):
    """(page, corner) beside the last place that asks for this party's seal, else the corner of the last page."""
    if field not in BESIDE:
        return LAST_PAGE, CORNER
    with pypdfium2.PdfDocument(pdf) as document:
        for number in reversed(range(len(document))):
            text = document[number].get_textpage()
            if found := list(BESIDE[field].finditer(text.get_text_range())):
                left, _, _, top = text.get_charbox(found[-1].start())
                return number, (left + RIGHT_OF, top - BELOW)
    return LAST_PAGE, CORNER


def _seal(writer, appearance):
    """The drawn seal as a form XObject of the PDF being written."""
    return writer.import_page_as_xobject(PdfFileReader(BytesIO(appearance)))


def _box(seal, corner):
    if seal is None:
        return None
    x1, y1, x2, y2 = map(float, seal.get_object()["/BBox"])
    left, bottom = corner
    return tuple(map(round, (left, bottom, left + x2 - x1, bottom + y2 - y1)))
