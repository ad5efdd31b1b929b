"""Changes to the parties. Every change is a new version; nothing is overwritten."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from .models import Agency, AgencyVersion, Institution, InstitutionVersion


@transaction.atomic
def register_institution(code, region, *, by, valid_from=None, **facts):
    """A new institution with its first version. ValidationError with a sentence per field if a fact is wrong."""
    institution = Institution(code=code, region=region)
    institution.full_clean()
    institution.save()
    return revise_institution(
        institution, by=by, valid_from=valid_from, reason=facts.pop("reason", "首次登记"), **facts
    )


def revise_institution(institution, *, by, valid_from=None, reason, **facts):
    """The next version of an institution from a day on; facts not named stay as they were (第七十六条)."""
    return _next_version(Institution, InstitutionVersion, institution, by, valid_from, reason, facts)


@transaction.atomic
def register_agency(code, region, level, document_word, *, by=None, valid_from=None, **facts):
    agency = Agency(code=code, region=region, level=level, document_word=document_word)
    agency.full_clean()
    agency.save()
    return revise_agency(agency, by=by, valid_from=valid_from, reason="首次登记", **facts)


def revise_agency(agency, *, by, valid_from=None, reason, **facts):
    return _next_version(Agency, AgencyVersion, agency, by, valid_from, reason, facts)


@transaction.atomic
def _next_version(owner_model, version_model, owner, by, valid_from, reason, facts):
    owner = owner_model.objects.select_for_update().get(pk=owner.pk)
    last, valid_from = owner.current, valid_from or localdate()
    check_valid_from(last, valid_from)
    version = version_model(**{owner_model._meta.model_name: owner})
    for field in version_model._meta.concrete_fields:
        if last and field.editable and not field.auto_created:
            setattr(version, field.attname, getattr(last, field.attname))
    for name, value in facts.items():
        setattr(version, name, value)
    version.number = last.number + 1 if last else 1
    version.valid_from, version.reason, version.recorded_by = valid_from, reason, by
    version.full_clean()
    version.save(force_insert=True)
    owner.current = version
    owner.save(update_fields=["current"])
    return owner


def check_valid_from(last, valid_from):
    """ValidationError when a version of that day would lie in the future or before the one in force."""
    if valid_from > localdate():
        raise ValidationError({"valid_from": f"生效日期 {valid_from} 还没有到，到当日再登记"})
    if last and valid_from < last.valid_from:
        raise ValidationError({"valid_from": f"生效日期不能早于现行版本的生效日期 {last.valid_from}"})
