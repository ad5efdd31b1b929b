"""What a batch gives: one archive, one PDF for the print shop, or the files. Papers are read, never made, here."""

import csv
import hashlib
import io
import logging
import re
import zipfile
from time import monotonic

from django.core.files.storage import default_storage

from institutions.cells import guarded

from ..models import Edition, Paper, PrintBatch, PrintItem
from ..models.printed_form import PaperDamaged
from . import printers, work
from .bundle import Bundle

log = logging.getLogger(__name__)
Output = PrintBatch.Output

READ_AT_ONCE = 200
BEAT_SECONDS = 2
LONGEST_NAME = 60  # characters of an institution's name in the name of a file
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
LIST_NAME = "清单.csv"
HEADERS = ["次序", "协议编号", "乙方", "文号", "验证码", "份数", "文件", "SHA-256"]
VOIDED = "已作废，未收入"
BROKEN = "成品没有做成，已记入运行日志；文书都已印出，重试即可"


class Replaced(Exception):
    """This run was taken for dead, and another one does its work."""


def bind(batch, attempt):
    """Make the output of a batch and close it. Whatever fails is said on the batch, and can be tried again."""
    output, trouble = None, ""
    try:
        if batch.output != Output.FILES and standing(batch).exists():
            output = _into_storage(batch, attempt)
    except Replaced:
        return None
    except PaperDamaged as why:
        log.error("output of batch %s: %s", batch, why)
        trouble = f"成品没有做成：{why}"
    except Exception:
        log.exception("output of batch %s", batch)
        trouble = BROKEN
    finished = work.finish(batch, attempt, output, trouble)
    _forget_earlier(finished)
    return finished


def _forget_earlier(batch):
    """What earlier runs have left in the storage: a retry makes the output anew."""
    for attempt in range(1, batch.attempt) if batch.output in EXTENSIONS else ():
        name = _name(batch, attempt)
        if name != batch.file.name and default_storage.exists(name):
            default_storage.delete(name)


def _name(batch, attempt):
    return f"batches/{batch.number}-{attempt}.{EXTENSIONS[batch.output]}"


def _into_storage(batch, attempt):
    """(name, sha256, bytes). A run that is killed leaves a file that the next one writes over or nobody names."""
    name = _name(batch, attempt)
    if default_storage.exists(name):
        default_storage.delete(name)
    name = default_storage.save(name, io.BytesIO())
    with default_storage.open(name, "wb") as file:
        WRITERS[batch.output](batch, file, beat_of(batch, attempt))
    return name, *_measured(name)


def _measured(name):
    with default_storage.open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), default_storage.size(name)


def beat_of(batch, attempt):
    """A function to call after every paper: it reports now and then, and raises Replaced when this run is over."""
    state = {"done": 0, "next": 0.0}

    def beat():
        state["done"] += 1
        if monotonic() >= state["next"]:
            state["next"] = monotonic() + BEAT_SECONDS
            if not batch.beat(attempt, bound=state["done"]):
                raise Replaced(str(batch))

    return beat


def standing(batch):
    """Items that are out; one whose paper was voided since is never handed out again."""
    return batch.items.filter(state=PrintItem.State.DONE, paper__status=Paper.Status.ISSUED).in_order()


def voided(batch):
    return batch.items.filter(state=PrintItem.State.DONE, paper__status=Paper.Status.VOIDED).in_order()


def printed(batch):
    """[PrintItem] that are out, in order, each with its paper, agreement and institution."""
    return _with_papers(standing(batch))


def _with_papers(items):
    related = items.select_related("paper__agreement__institution__current")
    heavy = ["paper__snapshot", "paper__agreement__snapshot"]
    return related.defer(*heavy).iterator(chunk_size=READ_AT_ONCE)


def file_name(item):
    """0001 630100-2026-0007 西宁湟滨医院.pdf: sorts as the list does, and every system can write it."""
    agreement = item.paper.agreement
    name = " ".join(UNSAFE.sub(" ", str(agreement.institution)).split())[:LONGEST_NAME].strip(" .")
    return f"{item.place:04d} {UNSAFE.sub(' ', agreement.number)} {name}".strip() + ".pdf"


# ── the three outputs ──


def archive(batch, file, beat=lambda: None):
    """A zip of all papers with their list. Stored, not packed: a PDF is packed already."""
    rows, copies = [], copies_asked()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for item in printed(batch):
            packed.writestr(file_name(item), printers.read(item.paper))
            rows.append(_row(item, copies))
            beat()
        packed.writestr(LIST_NAME, _as_csv(rows + _rows_of_voided(batch, copies)))


def bundle(batch, file, beat=lambda: None):
    """One PDF of all papers for a duplex printer: each begins on a sheet of its own, what they share is there once."""
    with Bundle(file, title=f"{batch.number} {batch.get_purpose_display()}") as book:
        for item in printed(batch):
            book.add(printers.read(item.paper), item.paper.number)
            beat()


def folder(batch, path, beat=lambda: None):
    """One file for each paper, and their list. What is there already and whole is left alone."""
    path.mkdir(parents=True, exist_ok=True)
    rows, copies = [], copies_asked()
    for item in printed(batch):
        target = path / file_name(item)
        if not (target.exists() and _sha256(target) == item.paper.sha256):
            unfinished = target.with_suffix(".part")
            unfinished.write_bytes(printers.read(item.paper))
            unfinished.replace(target)
        rows.append(_row(item, copies))
        beat()
    (path / LIST_NAME).write_bytes(_as_csv(rows + _rows_of_voided(batch, copies)))


EXTENSIONS = {Output.ARCHIVE: "zip", Output.BUNDLE: "pdf"}
WRITERS = {Output.ARCHIVE: archive, Output.BUNDLE: bundle}


def copies_asked():
    """{edition: how many copies of an agreement its text asks for}: what the print shop has to know."""
    return {edition.pk: edition.terms.signing.copies for edition in Edition.objects.only("terms_source")}


def _row(item, copies):
    return [*_facts(item, copies), file_name(item), item.paper.sha256]


def _rows_of_voided(batch, copies):
    return [[*_facts(item, copies), VOIDED, ""] for item in _with_papers(voided(batch))]


def _facts(item, copies):
    paper, agreement = item.paper, item.paper.agreement
    asked = copies[agreement.edition_id] if paper.is_copy else 1
    return [item.place, agreement.number, str(agreement.institution), paper.number, paper.code, asked]


def _as_csv(rows):
    """With the mark that makes Excel read it as UTF-8; no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([HEADERS, *([guarded(str(cell)) for cell in row] for row in rows)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
