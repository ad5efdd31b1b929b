"""The state diagram: as nodes for a page with today's state lit, and as text for the documents."""

from dataclasses import dataclass

from .gate import acts_of
from .models import Agreement, Status

# Where each state sits on the drawing of a page: x, y, width, height.
_PLACES = {
    Status.DRAFT: (1, 8, 63, 24),
    Status.NEGOTIATING: (86, 8, 62, 24),
    Status.TO_SIGN: (170, 8, 62, 24),
    Status.SIGNED: (254, 8, 73, 24),
    Status.ACTIVE: (8, 70, 88, 28),
    Status.CONTINUED: (117, 70, 94, 28),
    Status.SUSPENDED: (233, 70, 88, 28),
    Status.RENEWED: (1, 160, 98, 24),
    Status.TERMINATED: (117, 160, 94, 24),
    Status.RESCINDED: (229, 160, 98, 24),
}


@dataclass(frozen=True)
class Node:
    status: str
    label: str
    x: int
    y: int
    width: int
    height: int
    look: str  # "lit s-…", "past" or ""

    @property
    def text_x(self):
        return self.x + self.width / 2

    @property
    def text_y(self):
        return self.y + self.height / 2 + 4.5


def nodes_of(agreement, events):
    """The boxes of the drawing for one agreement: where it is, where it has been, where it has not."""
    been = {event.after for event in events} | {Status.DRAFT}
    known = (
        agreement.terms.expiry.holds_over or Status.CONTINUED in been
    )  # else the text knows no going on (第八十三条)
    return [
        Node(status, status.label, *place, _look(status, agreement, been))
        for status, place in _PLACES.items()
        if known or status != Status.CONTINUED
    ]


def _look(status, agreement, been):
    if status == agreement.status:
        return f"lit s-{status}"
    return "past" if status in been else ""


def as_mermaid(model=Agreement, statuses=Status):
    """The declared moves as a Mermaid state diagram, labelled in Chinese, in the order they are declared."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{status.label}" as {_id(status)}' for status in statuses]
    lines.append(f"    [*] --> {_id(statuses.values[0])}")
    for name in acts_of(model):
        for source, step in getattr(model, name)._django_fsm.transitions.items():
            for target in _targets(source, step.target):
                lines.append(
                    f"    {_id(source)} --> {_id(target)}: {step.custom['label']}（{step.custom['article']}）"
                )
    return "\n".join(lines) + "\n"


def _targets(source, target):
    """Where a move may lead; an act that changes no state is not an arrow."""
    found = getattr(target, "allowed_states", [target] if target else [])
    return [one for one in found if one != source]


def _id(status):
    return str(getattr(status, "value", status)).replace("-", "_")
