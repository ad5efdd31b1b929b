"""期满自动延长: to which day, and what stands against it. The numbers are the edition's (`expiry`)."""

from datetime import timedelta

from ..clocks.deadlines import add_months

ONE_DAY = timedelta(days=1)


def next_end(agreement):
    """The last day after one more extension; None when the edition has none, no more, or its whole time is over."""
    terms = agreement.terms.expiry
    if not terms.extension_months or (done := agreement.extensions.count()) >= len(terms.extension_months):
        return None
    until = add_months(agreement.ends_on + ONE_DAY, terms.extension_months[done]) - ONE_DAY
    if terms.longest_months and until > add_months(agreement.starts_on, terms.longest_months) - ONE_DAY:
        return None
    return until


def stands_against(agreement):
    """What was imposed and served in the running term, in words, where it keeps the term from going on; else None."""
    blocking, first, last = agreement.terms.expiry.blocked_by, agreement.running_since, agreement.ends_on
    found = agreement.sanctions.served_within(first, last).filter(kind__in=blocking).first()
    if found:
        return f"{found.served_on}送达的{found.get_kind_display()}在本期之内，期满不再自动延长"
    if "suspend" in blocking:
        stop = agreement.suspensions.filter(cause="breach", started_on__range=(first, last)).first()
        return stop and f"{stop.started_on}起因违约中止，期满不再自动延长"
    return None
