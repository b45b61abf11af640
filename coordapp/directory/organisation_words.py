"""What an organisation's entry says in words, in the reader's language."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coordapp.directory.models import Organisation, OrganisationKind
from coordapp.directory.profile_words import TARGET_GROUPS, language_name
from coordapp.shared.phones import spoken

KINDS = {
    OrganisationKind.CLUB: _l("Verein"),
    OrganisationKind.INITIATIVE: _l("Initiative"),
    OrganisationKind.PROVIDER: _l("Träger"),
    OrganisationKind.ADVICE_CENTRE: _l("Beratungsstelle"),
    OrganisationKind.OFFICE: _l("Amt"),
    OrganisationKind.SCHOOL: _l("Schule"),
    OrganisationKind.KITA: _l("Kita"),
}
COLUMNS = {  # what an entry consists of, in the order in which it is asked
    "name": _l("Name des Vereins oder der Stelle"),
    "kind": _l("Art"),
    "description": _l("Worum geht es?"),
    "topics": _l("Stichworte"),
    "target_groups": _l("Für wen besonders?"),
    "languages": _l("Diese Sprachen werden gesprochen"),
    "street": _l("Straße und Hausnummer"),
    "postal_code": _l("Postleitzahl"),
    "municipality": _l("Gemeinde"),
    "is_step_free": _l("Ohne Stufen erreichbar"),
    "has_accessible_wc": _l("WC für Rollstühle"),
    "opening_hours": _l("Öffnungszeiten"),
    "phone": _l("Telefon"),
    "email": _l("E-Mail-Adresse"),
    "website": _l("Internetseite"),
}
LANGUAGES = (  # to choose from
    "de", "en", "ar", "uk", "ru", "fa", "prs", "ps", "ku", "tr", "ti", "so", "fr", "es", "pl", "ro", "vi", "gsg",
)  # fmt: skip
LONGEST_SENTENCE = 220


def value(column: str, held: object) -> str:
    """Write what a column holds; nothing for an empty one."""
    if isinstance(held, bool):
        return _("ja") if held else _("nein")
    if not held:
        return ""
    if isinstance(held, list):
        return target_groups(held) if column == "target_groups" else languages(held)
    if column == "kind":
        return str(KINDS[OrganisationKind(str(held))])
    return spoken(str(held)) if column == "phone" else str(held)


def target_groups(codes: list[str]) -> str:
    """Write target groups: "Frauen, Familien"."""
    return ", ".join(str(label) for group, label in TARGET_GROUPS.items() if group in codes)


def languages(codes: list[str]) -> str:
    """Write languages: "Deutsch, Arabisch"."""
    return ", ".join(language_name(code) for code in codes)


def sentence(organisation: Organisation) -> str:
    """Say in one line what an organisation does: the first line of its description, else its topics."""
    lines = (organisation.description or organisation.topics).splitlines()
    first = lines[0].strip() if lines else ""
    return first if len(first) <= LONGEST_SENTENCE else first[:LONGEST_SENTENCE].rpartition(" ")[0] + " …"


def paragraphs(words: str) -> list[str]:
    """Return the paragraphs of a text."""
    return [paragraph for paragraph in re.split(r"\n\s*\n", words) if paragraph.strip()]


def address(organisation: Organisation) -> str:
    """Write where an organisation is: "Ritterstraße 14, 99310 Arnstadt"; nothing where nothing is known."""
    town = f"{organisation.postal_code} {organisation.municipality}".strip()
    return ", ".join(part for part in (organisation.street, town) if part)


def access(organisation: Organisation) -> str:
    """Say who gets in without steps; nothing where nobody has said so."""
    facts = {_("ohne Stufen"): organisation.is_step_free, _("WC für Rollstühle"): organisation.has_accessible_wc}
    return ", ".join(fact for fact, holds in facts.items() if holds)


def site(website: str) -> str:
    """Write the address of a website without what goes without saying: "verein.example/angebot"."""
    parts = urlsplit(website)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}" or website
