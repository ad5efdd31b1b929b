"""What changed from one version of an institution to the next, in words."""

from dataclasses import dataclass

from .models import InstitutionVersion
from .models.versions import PartyVersion

BOOKKEEPING = {"id", "institution", "number", "valid_from", "reason", "recorded_at", "recorded_by"}
FACT_FIELDS = [field for field in InstitutionVersion._meta.concrete_fields if field.name not in BOOKKEEPING]
FACTS = [field.name for field in FACT_FIELDS]
SHARED_FACTS = [field.name for field in PartyVersion._meta.concrete_fields if field.name not in BOOKKEEPING]


@dataclass(frozen=True)
class Difference:
    label: str
    old: str
    new: str


def differences(old, new):
    """The facts that differ, as words; an account shows its last four digits only. All of them when `old` is None."""
    return [
        Difference(field.verbose_name, in_words(old, field) if old else "", in_words(new, field))
        for field in FACT_FIELDS
        if old is None or getattr(old, field.attname) != getattr(new, field.attname)
    ]


def in_words(version, field):
    """One fact of a version as a person reads it."""
    if field.name == "bank_account":
        return version.masked_account
    value = (
        getattr(version, f"get_{field.name}_display")() if field.choices else getattr(version, field.attname)
    )
    return "" if value is None else str(value)
