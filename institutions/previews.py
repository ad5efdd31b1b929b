"""A file that was uploaded and previewed, kept until its owner confirms it: exactly that file, or none."""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from .intake import sniff

FOLDER = "imports"
KEPT = timedelta(hours=24)
SESSION_KEY = "institution_import"


@dataclass(frozen=True)
class Preview:
    name: str
    path: str
    sha256: str

    def open(self):
        """The kept file as it was uploaded, or None when it is gone or is no longer the same."""
        try:
            with default_storage.open(self.path) as stored:
                content = stored.read()
        except FileNotFoundError:
            return None
        return ContentFile(content, name=self.name) if sha256(content).hexdigest() == self.sha256 else None


def keep(session, upload):
    """Store an upload under a random name; the session alone knows it. One preview a session."""
    drop(session)
    clean_old()
    upload.seek(0)
    content, kind = upload.read(), sniff(upload)
    path = default_storage.save(f"{FOLDER}/{secrets.token_urlsafe(24)}.{kind}", ContentFile(content))
    session[SESSION_KEY] = asdict(Preview(upload.name, path, sha256(content).hexdigest()))


def kept(session):
    """The session's Preview, or None."""
    fields = session.get(SESSION_KEY)
    return Preview(**fields) if fields else None


def drop(session):
    if fields := session.pop(SESSION_KEY, None):
        default_storage.delete(fields["path"])


def clean_old():
    """Delete what nobody confirmed within a day."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return
    for path in (f"{FOLDER}/{name}" for name in names):
        if default_storage.get_modified_time(path) < timezone.now() - KEPT:
            default_storage.delete(path)
