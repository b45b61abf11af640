"""The words of an invitation: our own in every language, or those of the office with fields for each reader.

Fields are replaced by plain substitution: what the office writes is never read as a template.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from coordapp.directory.models import Person
from coordapp.events import words as event_words
from coordapp.events.models import Event
from coordapp.invitations.models_mailing import Mailing
from coordapp.shared import languages

FIELDS = {  # what stands for it, for the office to read
    "anrede": "Frau Kaya oder Olha; sonst der ganze Name",
    "name": "der ganze Name",
    "veranstaltung": "der Titel",
    "termin": "Tag und Uhrzeit",
    "ort": "Gemeinde und Haus",
}
FIELD = re.compile(r"\{([^{}]*)\}")
NO_BRACES = str.maketrans("{}", "()")
SUBJECT = _l("Einladung: %(title)s, %(day)s")
REMINDER_SUBJECT = _l("Kommen Sie? %(title)s, %(day)s")
INVITATION = _l("wir laden Sie herzlich ein. Kommen Sie? Ein Klick genügt, auch wenn Sie nicht kommen.")
LETTER = _l("wir laden Sie herzlich ein. Kommen Sie? Bitte sagen Sie uns Bescheid, auch wenn Sie nicht kommen.")
REMINDER = _l(
    "wir haben Sie vor Kurzem eingeladen. Bisher haben wir keine Antwort von Ihnen. "
    "Kommen Sie? Ein Klick genügt, auch wenn Sie nicht kommen."
)


@dataclass(frozen=True)
class Text:
    """Subject and text, with fields."""

    subject: str
    text: str


@dataclass(frozen=True)
class Words:
    """Subject and paragraphs as one reader gets them."""

    subject: str
    paragraphs: list[str]


# our own words


def built_in(event: Event, language: str) -> Text:
    """Return the invitation as it reads when the office writes nothing of its own."""
    return _ours(event, language, INVITATION, SUBJECT)


def on_paper(event: Event, language: str) -> Text:
    """Return our own words for a letter, on which nobody can click."""
    return _ours(event, language, LETTER, SUBJECT)


def reminder(event: Event, language: str) -> Text:
    """Return what asks those once more who said nothing."""
    return _ours(event, language, REMINDER, REMINDER_SUBJECT)


def _ours(event: Event, language: str, sentences: LazyString, subject: LazyString) -> Text:
    with force_locale(language):
        greeting = _("Guten Tag %(name)s", name="{anrede}") + ","
        about = "" if event.is_confidential else event.summary.translate(NO_BRACES)
        text = "\n\n".join(filter(None, (greeting, str(sentences), about)))
        return Text(str(subject) % {"title": "{veranstaltung}", "day": "{termin}"}, text)


# what the office wrote


def own(mailing: Mailing, language: str) -> Text | None:
    """Return what the office wrote in a language; the subject of what is confidential is always ours."""
    stored = mailing.texts.get(language)
    if stored and mailing.event.is_confidential:
        return Text(built_in(mailing.event, language).subject, stored["text"])
    return Text(**stored) if stored else None


def text_of(mailing: Mailing, language: str) -> Text:
    """Return what readers of a language get: the office's own text in it, else ours."""
    return own(mailing, language) or built_in(mailing.event, language)


def unknown_fields(text: str) -> list[str]:
    """List what stands in braces and is no field, as it was written; a brace that is left alone counts too."""
    unknown = [f"{{{name}}}" for name in FIELD.findall(text) if name not in FIELDS]
    return [*dict.fromkeys(unknown), *dict.fromkeys(re.findall(r"[{}]", FIELD.sub("", text)))]


def empty_fields(event: Event, people: Iterable[Person], text: str) -> dict[str, int]:
    """Return which fields of a text would stay empty, and for how many people; nobody shall read a gap."""
    used = set(FIELD.findall(text)) & FIELDS.keys()
    empty: dict[str, int] = {}
    of_event = _facts_of_event(event) if used else {}
    for person in people if used else ():
        facts = of_event | _facts_of_person(person, "de")
        for name in used:
            if not facts[name].strip():
                empty[name] = empty.get(name, 0) + 1
    return empty


def fill_in(text: Text, *, event: Event, people: Iterable[Person], language: str) -> Words:
    """Return a text as its readers get it; those who share a mailbox are addressed together."""
    with force_locale(language):
        of_event = _facts_of_event(event)
        each = [_facts_of_person(person, language) for person in people]
        facts = of_event | {name: _together([one[name] for one in each]) for name in ("anrede", "name")}
    return Words(_replace(text.subject, facts), _paragraphs(_replace(text.text, facts)))


def _together(names: list[str]) -> str:
    """Write several names: "Anna Kern und Bernd Kern"."""
    return reduce(lambda first, second: _("%(first)s und %(second)s", first=first, second=second), names)


def _facts_of_event(event: Event) -> dict[str, str]:
    place = event.place
    house = place.name if place is not None and not event.hides_address else ""
    return {
        "veranstaltung": event_words.outside_title(event),
        "termin": languages.moment(event.starts_at),
        "ort": ", ".join(filter(None, (place.municipality if place is not None else "", house))),
    }


def _facts_of_person(person: Person, language: str) -> dict[str, str]:
    return {"anrede": person.addressed(language), "name": person.name}


def _replace(text: str, facts: Mapping[str, str]) -> str:
    """Put facts for fields, once: what a fact holds is not looked through again."""
    return FIELD.sub(lambda found: facts.get(found[1], found[0]), text)


def _paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]
