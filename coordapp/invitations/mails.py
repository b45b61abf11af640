"""The mails of invitations: one mail, one function, one template, one key."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale

from coordapp.accounts.models import User
from coordapp.directory import notices, profile
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.events import ical
from coordapp.events.models import Event
from coordapp.events.rules import refusal
from coordapp.invitations import texts
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.outbox import service as outbox
from coordapp.shared import clock, languages

TEMPLATE = "invitations/mail/invitation.txt"
CHANGED, CALLED_OFF = "invitations/mail/changed.txt", "invitations/mail/called_off.txt"
QUEUE = "invitation:m"  # how the keys of all invitations begin
CHANGES = "invitation-changed:"  # how the keys of all mails about changes begin


@dataclass(frozen=True)
class Reader:
    """Somebody a mail is to, with the token of their link; none in a mail to try."""

    name: str
    token: str = ""


@dataclass(frozen=True)
class Notice:
    """What somebody must know whose data came from a list."""

    name: str
    introduction: str
    sections: list[notices.Section]


def keys_of(mailing: Mailing) -> str:
    """Return how the keys of all mails of a mailing begin."""
    return f"{QUEUE}{mailing.id}:"


def invitation(together: Sequence[Invitation]) -> None:
    """Invite a person, or all who share one mailbox by one mail, in the language of the first.

    Somebody whose data came from a list learns here that the office has them (Art. 14 DSGVO).
    """
    first, mailing = together[0], together[0].mailing
    if mailing is None:
        raise ValueError("an invitation that belongs to no mailing is not written")
    language = _language(first.person)
    key = f"{keys_of(mailing)}{first.id}"
    told = _not_informed(together)
    _write(
        together, texts.text_of(mailing, language), key=key, language=language,
        notices=_notices(told, language), **_entry(together, language),
    )  # fmt: skip
    for one in together:
        one.mailed_at, one.mail_key, one.event_sequence = clock.now(), key, one.event.sequence
    for volunteer in told:
        profile.inform(volunteer)


def reminder(together: Sequence[Invitation]) -> None:
    """Ask once more, in the thread of the invitation; those who share its mail are asked together."""
    first = together[0]
    language = _language(first.person)
    _write(
        together, texts.reminder(first.event, language), key=f"{first.mail_key}:reminder", language=language,
        in_reply_to=outbox.message_id_of(first.mail_key),
    )  # fmt: skip


def changed(together: Sequence[Invitation]) -> bool:
    """Tell those who can still say yes where and when an event takes place now, or that it is called off.

    What they were told before and have not got yet is dropped.
    """
    first, event = together[0], together[0].event
    people, language = [one.person for one in together], _language(first.person)
    entry = _entry(together, language)
    for one in together:
        outbox.drop_queued(f"{one.mail_key}:reminder")
        outbox.drop_queued(f"{CHANGES}{one.id}:")
    stop_url = unsubscribe_url(people, event.rules.invitation_purpose)
    return outbox.enqueue(
        CALLED_OFF if event.is_cancelled else CHANGED, to=people[0].mail_address, language=language,
        name=", ".join(person.name for person in people),
        key=f"{CHANGES}{first.id}:{event.sequence}", in_reply_to=outbox.message_id_of(first.mail_key),
        expires_at=event.ends_at, unsubscribe_url=stop_url, event=event, stop_url=stop_url,
        readers=[Reader(one.person.name, one.token) for one in together], place_known=not event.hides_address,
        can_answer=refusal(event, at=clock.now()) is None, is_back=know_of_cancellation(together),
        calendar=entry.get("calendar"), calendar_method=entry.get("calendar_method"),
    )  # fmt: skip


def know_of_cancellation(together: Sequence[Invitation]) -> bool:
    """Tell whether what these people heard last is that the event is called off."""
    return outbox.last_template(f"{CHANGES}{one.id}:" for one in together) == CALLED_OFF


def _write(
    together: Sequence[Invitation], text: texts.Text, *, key: str, language: str, in_reply_to: str | None = None,
    **facts,
) -> bool:  # fmt: skip
    event, people = together[0].event, [one.person for one in together]
    stop_url = unsubscribe_url(people, event.rules.invitation_purpose)
    readers = [Reader(one.person.name, one.token) for one in together]
    words = texts.fill_in(text, event=event, people=people, language=language)
    return outbox.enqueue(
        TEMPLATE, to=people[0].mail_address, name=", ".join(person.name for person in people), language=language,
        key=key, in_reply_to=in_reply_to, expires_at=event.registration_closes_at, unsubscribe_url=stop_url,
        **_facts(event, words, readers), stop_url=stop_url, **({"notices": []} | facts),
    )  # fmt: skip


def trial(mailing: Mailing, user: User, *, language: str = "de") -> bool:
    """Write the invitation to who is about to send it; its link opens the public page. Once a minute."""
    return outbox.enqueue(
        TEMPLATE, to=user.email, name=user.name, language=language,
        key=f"invitation-trial:{mailing.id}:{user.id}:{language}:{clock.now():%Y%m%d%H%M}",
        **_sample(mailing, Person(name=user.name, address_as=""), language=language, is_trial=True),
    )  # fmt: skip


def preview(mailing: Mailing, person: Person, *, language: str) -> str:
    """Return subject and text of the invitation as a person would read it in a language."""
    return outbox.preview(TEMPLATE, language=language, **_sample(mailing, person, language=language))


def _sample(mailing: Mailing, person: Person, *, language: str, is_trial: bool = False) -> dict:
    event = mailing.event
    words = texts.fill_in(texts.text_of(mailing, language), event=event, people=[person], language=language)
    facts = _facts(event, words, [Reader(person.name)], is_trial=is_trial)
    return facts | {"stop_url": "", "notices": []}


def _facts(event: Event, words: texts.Words, readers: Sequence[Reader], *, is_trial: bool = False) -> dict:
    return {
        "event": event, "subject": words.subject, "paragraphs": words.paragraphs, "readers": readers,
        "place_known": not event.hides_address, "is_trial": is_trial,
        "has_calendar_file": event.is_published and not event.group_only,
    }  # fmt: skip


def _language(person: Person) -> str:
    return person.language if person.language in languages.LANGUAGES else "de"


def _not_informed(together: Sequence[Invitation]) -> list[Volunteer]:
    """List the profiles of those who do not know yet that the office holds their data."""
    found = [profile.find_volunteer(one.person) for one in together]
    return [volunteer for volunteer in found if volunteer is not None and volunteer.informed_at is None]


def _notices(volunteers: Sequence[Volunteer], language: str) -> list[Notice]:
    with force_locale(language):
        return [
            Notice(volunteer.person.name, _capital(notices.introduction()), notices.sections(volunteer))
            for volunteer in volunteers
        ]


def _capital(sentence: str) -> str:
    """Begin a sentence with a capital letter: after a greeting it has none."""
    return sentence[:1].upper() + sentence[1:]


def _entry(together: Sequence[Invitation], language: str) -> dict[str, str]:
    """Return the entry that calendar programs answer to, if anybody reads their answers; or what takes it out again.

    None for those who share a mailbox: the answer would not say whose it is. None for several dates: each has an entry
    that is answered on its own, but all of them are asked for by one yes; they come when it is given.
    """
    first = together[0]
    if len(together) > 1 or len(first.event.dates) > 1 or not current_app.config["IMAP_HOST"]:
        return {}
    if first.event.is_cancelled:
        return {"calendar": ical.call_off(first.event, first.person, language=language), "calendar_method": "CANCEL"}
    return {"calendar": ical.ask(first.event, first.person, language=language), "calendar_method": "REQUEST"}
