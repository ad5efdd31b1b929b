"""What the blanks of the agreement form say: the cover block of both parties and the dates of the term."""

from institutions.differences import FACT_FIELDS, in_words

from ..edition_text import BLANK, FOR_THE_PEN, LABELS, OF_THE_ARCHIVE

FIELDS = {field.name: field for field in FACT_FIELDS}


def cover_values(agreement, asked=None):
    """Placeholder → text for every blank that the parties' records and the term can fill. Unknown stays "".

    `asked`: the blanks of the paper, where it is not the agreement itself; of the archive only what is asked for is told.
    """
    asked = agreement.edition.form.placeholders if asked is None else asked
    return {
        **_party("agency", agreement.agency, agreement.agency_agent),
        **_party("institution", agreement.institution, agreement.institution_agent),
        **_date("start", agreement.starts_on),
        **_date("end", agreement.ends_on),
        "start_year_short": f"{agreement.starts_on:%y}",
        "end_year_short": f"{agreement.ends_on:%y}",
        **{name: _of_the_archive(agreement, name) for name in OF_THE_ARCHIVE if name in asked},
    }


def _of_the_archive(agreement, name):
    if name == "agreement_number":
        return agreement.number
    fact, version = name.removeprefix("institution_"), agreement.institution.current
    if version is None:
        return ""
    # The account is masked on every page; the agreement prints it whole, for it is where the fund is paid to.
    return version.bank_account if fact == "bank_account" else in_words(version, FIELDS[fact])


def _party(side, party, agent):
    facts = party.current
    signatory = facts.legal_representative if facts else ""
    return {
        f"{side}_name": facts.name if facts else "",
        f"{side}_code": party.code,
        # Both names are printed when an agent signs (cover: 法定代表人或委托代理人).
        f"{side}_signatory": f"{signatory}（委托代理人：{agent}）" if agent else signatory,
        f"{side}_address": facts.address if facts else "",
        f"{side}_postcode": facts.postcode if facts else "",
        f"{side}_phone": facts.phone if facts else "",
    }


def _date(name, day):
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


def missing_labels(edition, values):
    """The cover fields and dates that the edition's form asks for and nobody has given, by their Chinese names."""
    wanted = edition.form.placeholders - signature_blanks(edition.form)
    return [LABELS.get(name, name) for name in sorted(wanted) if not values.get(name)]


def signature_blanks(form):
    """The blanks of the signature page, filled by pen and seal, or by the sign records; and those left to the pen."""
    ends = ("_seal", "_signature", "_signed_year", "_signed_month", "_signed_day")
    return {name for name in form.placeholders if name.endswith(ends) or name.startswith(FOR_THE_PEN)}


def signed_values(agreement, signatures=None):
    """The signature page as the valid sign records have it; whatever is not signed stays a blank for the pen.

    `signatures`: those records, where somebody has fetched them for many agreements at once.
    """
    values = dict.fromkeys(signature_blanks(agreement.edition.form), BLANK)
    for signature in agreement.valid_signatures if signatures is None else signatures:
        side, agent = signature.side, signature.capacity == "agent"
        values[f"{side}_signature"] = f"{signature.name}（委托代理人）" if agent else signature.name
        values |= _date(f"{side}_signed", signature.signed_on)
    return values
