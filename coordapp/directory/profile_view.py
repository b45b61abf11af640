"""A profile as somebody reads it: labels and values of each part, in the reader's language."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from coordapp.directory import profile_words as words
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Engagement, Level, Volunteer
from coordapp.shared import languages

Facts = list[tuple[str, str]]


def contact(person: Person) -> Facts:
    """Say how somebody is called, reached and written to; only for readers who may know."""
    town = f"{person.postal_code} {person.municipality}".strip()
    return [
        (_("Name"), person.name),
        (_("Anrede in Briefen und E-Mails"), person.address_as or _not_said()),
        (_("E-Mail-Adresse"), person.email or _not_said()),
        (_("Telefon"), person.phone or _not_said()),
        (_("Postanschrift"), ", ".join(part for part in (person.street, town) if part) or _not_said()),
        *writing(person),
    ]


def writing(person: Person) -> Facts:
    """Say how somebody wants to hear from the office."""
    return [
        (_("Wie sollen wir uns melden?"), str(words.CHANNELS[person.channel])),
        (_("Sprache der E-Mails und Briefe"), words.language_name(person.language)),
        (_("Einfache Sprache"), _("ja") if person.wants_plain_language else _("nein")),
    ]


def offer(volunteer: Volunteer) -> Facts:
    """Say what somebody does, and for whom."""
    rows = [(str(words.FIELDS[one.field]), _engagement(one)) for one in volunteer.engagements]
    groups = _listed(volunteer.target_groups, words.TARGET_GROUPS)
    return [*(rows or [(_("Engagement"), _not_said())]), (_("Für wen?"), groups or _("für alle"))]


def _engagement(one: Engagement) -> str:
    organisation = one.organisation.name if one.organisation else ""
    return ", ".join(part for part in (one.activity, organisation) if part) or _("ohne nähere Angabe")


def times(volunteer: Volunteer) -> Facts:
    """Say where and when somebody can be asked."""
    paused = volunteer.paused_until
    return [
        (_("Wo?"), ", ".join(places(volunteer)) or _not_said()),
        (_("Unterwegs"), str(words.MOBILITIES[volunteer.mobility]) if volunteer.mobility else _not_said()),
        (_("Zeiten"), "; ".join(words.times_by_day(volunteer.availability)) or _not_said()),
        (_("Wie oft?"), str(words.FREQUENCIES[volunteer.frequency]) if volunteer.frequency else _not_said()),
        (_("Pause"), _("bis %(day)s", day=languages.short_day(paused)) if paused else _("keine")),
    ]


def places(volunteer: Volunteer) -> list[str]:
    """Return where somebody can be asked."""
    return [
        *([_("im ganzen Ilm-Kreis")] if volunteer.serves_whole_county else []),
        *volunteer.municipalities,
        *([_("am Telefon oder im Internet")] if volunteer.serves_online else []),
    ]


def spoken(volunteer: Volunteer) -> Facts:
    """Say which languages somebody knows, and how well."""
    order = list(Level)
    known = sorted(volunteer.languages.items(), key=lambda one: (-order.index(Level(one[1])), one[0]))
    return [(words.language_name(code), str(words.LEVELS[Level(level)])) for code, level in known] or [
        (_("Sprachen"), _not_said())
    ]


def _listed(values: Iterable[str], labels: Mapping) -> str:
    return ", ".join(str(labels[value]) for value in values)


def _not_said() -> str:
    return _("keine Angabe")
