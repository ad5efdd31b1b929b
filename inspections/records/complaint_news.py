"""Who is told of what the hospital raised against the agency: only who may see it, one by one, never a whole side."""

from agreements.messages.notices import INSTITUTION, message_for, people_of
from agreements.models import Message

# Act → who is told. What the messages say names neither the matter nor a person: the page behind the login does.
TOLD = {
    "file": ("authorities", "leaders"),
    "take_up": ("leaders", "hospital"),
    "answer": ("authorities", "hospital"),
    "conclude": ("leaders", "hospital"),
    "withdraw": ("authorities", "leaders"),
}
SENTENCES = {
    "file": "收到一件要办理的事项，登录查看（第六十二条）。",
    "take_up": "一件事项开始办理，登录查看（第六十二条）。",
    "answer": "一件事项已有答复，登录查看（第六十二条）。",
    "conclude": "一件事项已经办结，登录查看结果（第六十二条）。",
    "withdraw": "一件事项已由提出的一方撤回（第六十二条）。",
}


def follow(complaint, act):
    people = [person for group in TOLD[act] for person in _people(complaint, group)]
    Message.objects.bulk_create(
        message_for(person, complaint.agreement, "监督事项", SENTENCES[act], complaint.get_absolute_url())
        for person in people
    )


def _people(complaint, group):
    if group == "hospital":
        return people_of(complaint.agreement, INSTITUTION)
    if group == "leaders" and complaint.forwarded_on is None:
        return []
    return getattr(complaint, group)
