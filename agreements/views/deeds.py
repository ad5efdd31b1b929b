"""What a person may do about one record (an application, a supplement, a report), each as a small form on its page."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.shortcuts import redirect

from ..gate import declared, perform, refusal, step_of
from .common import carried_out, must


@dataclass(frozen=True)
class Deed:
    """One act on the record that is this person's to do; `refusal` says why not now."""

    name: str
    label: str
    form: object
    refusal: str | None
    fits: bool  # whether the record's state has this act at all; if not it is not worth a dead button
    forward: bool


# What sends a record back or ends it never looks like the thing to press.
BACKWARD = {
    "return_for_completion",
    "refuse",
    "withdraw",
    "fail",
    "turn_down",
    "return_report",
    "cancel",
    "reopen",
    "ask_again",
    "return_claim",
    "note_failure",
    "return_to_draft",
    "decline",
    "take_back",
}
# Acts that answer something open: without it there is nothing to say about them.
ANSWERS = {
    "rest_on_current",
    "check_account",
    "ask_reconciliation",
    "note_failure",
    "retry",
    "sign_together",
    "decline",
    "take_back",
}


class Deeds:
    """The acts of one record for one request: `forms` is {act: form class}, in the order of the page.

    `how`: {act: callable(thing, by=, address=, **details)} where doing it is more than passing the door.
    """

    def __init__(self, request, thing, forms, how=None):
        self.request, self.thing, self.how = request, thing, how or {}
        self.asked = request.POST.get("deed", "") if request.method == "POST" else ""
        self.mine = [self._deed(name, form) for name, form in forms.items() if self._may(name)]
        self.labels = {name: declared(type(thing), name).custom["label"] for name in forms}

    def _may(self, name):
        return declared(type(self.thing), name).has_perm(self.thing, self.request.user)

    def _deed(self, name, form):
        request, thing = self.request, self.thing
        data = (request.POST, request.FILES) if self.asked == name else (None, None)
        form = form(*data, agreement=thing.case, user=request.user, auto_id=f"id_{name}_%s")
        if self.asked == name:
            form.is_bound = True
        why = refusal(thing, name, by=request.user)
        label = declared(type(thing), name).custom["label"]
        return Deed(name, label, form, why, step_of(thing, name) is not None, name not in BACKWARD)

    @property
    def shown(self):
        return [one for one in self.mine if one.fits and not (one.refusal and one.name in ANSWERS)]

    @property
    def first(self):
        """The act that brings the record forward: its form stands open."""
        return next((one for one in self.shown if one.forward and not one.refusal), None)

    @property
    def form(self):
        """The form that was sent, with its errors; None on a GET."""
        return next((one.form for one in self.mine if one.name == self.asked), None)

    def answered(self):
        """Carry out what was asked by POST. A redirect to the record when it was done, else None."""
        if self.request.method != "POST":
            return None
        deed = next((one for one in self.mine if one.name == self.asked), None)
        must(deed, self.labels.get(self.asked, "这一事项"))
        do = self.how.get(deed.name)
        do = partial(do, self.thing) if do else partial(perform, getattr(self.thing, deed.name))
        if deed.form.is_valid() and carried_out(deed.form, self.request, do, **deed.form.details()):
            messages.success(self.request, f"{deed.label}：已办理")
            return redirect(self.thing)
        return None
