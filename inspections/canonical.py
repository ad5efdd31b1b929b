"""One way to write a thing down, so that its hash is the same on every machine and database."""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder


def canonical(value):
    """JSON with sorted keys and no spaces, as bytes."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder
    ).encode()


def digest_of(value):
    return hashlib.sha256(canonical(value)).hexdigest()
