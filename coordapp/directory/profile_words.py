"""What a volunteer's profile says in words, in the reader's language."""

from collections.abc import Iterable

from babel import Locale
from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coordapp.directory.models import Channel, TargetGroup
from coordapp.directory.models_consent import DisclosureKind, GivenBy, Purpose
from coordapp.directory.models_profile import WEEKDAYS, DayPart, FieldOfAction, Frequency, Level, Mobility
from coordapp.shared import text

FIELDS = {
    FieldOfAction.PARTICIPATION: _l("Öffnung und Teilhabe"),
    FieldOfAction.EDUCATION: _l("Sprache und Bildung"),
    FieldOfAction.WORK: _l("Arbeit"),
    FieldOfAction.HOUSING: _l("Wohnen"),
    FieldOfAction.HEALTH: _l("Gesundheit und Soziales"),
    FieldOfAction.LEISURE: _l("Kultur, Freizeit, Religion und Sport"),
}
LEVELS = {
    Level.UNDERSTANDS: _l("versteht"),
    Level.SPEAKS: _l("spricht gut"),
    Level.INTERPRETS: _l("kann dolmetschen"),
}
DAY_PARTS = {
    DayPart.MORNING: _l("vormittags"),
    DayPart.AFTERNOON: _l("nachmittags"),
    DayPart.EVENING: _l("abends"),
}
FREQUENCIES = {
    Frequency.WEEKLY: _l("jede Woche"),
    Frequency.MONTHLY: _l("jeden Monat"),
    Frequency.SOMETIMES: _l("ab und zu"),
}
MOBILITIES = {
    Mobility.ON_FOOT: _l("zu Fuß oder mit dem Fahrrad"),
    Mobility.BUS: _l("mit Bus und Bahn"),
    Mobility.CAR: _l("mit dem Auto"),
}
TARGET_GROUPS = {
    TargetGroup.CHILDREN: _l("Kinder"),
    TargetGroup.YOUTH: _l("Jugendliche"),
    TargetGroup.FAMILIES: _l("Familien"),
    TargetGroup.WOMEN: _l("Frauen"),
    TargetGroup.MEN: _l("Männer"),
    TargetGroup.ELDERLY: _l("Ältere Menschen"),
    TargetGroup.REFUGEES: _l("Geflüchtete"),
    TargetGroup.DISABLED: _l("Menschen mit Behinderung"),
}
CHANNELS = {
    Channel.EMAIL: _l("E-Mail"),
    Channel.PHONE: _l("Telefon"),
    Channel.LETTER: _l("Brief"),
}
PURPOSES = {  # short names; what exactly people agree to stands in wordings.py
    Purpose.DIRECTORY: _l("Angaben im Verzeichnis"),
    Purpose.BROKERING: _l("Anfragen, wenn jemand Hilfe sucht"),
    Purpose.INVITE_ROUND_TABLE: _l("Einladungen zu Runden Tischen"),
    Purpose.INVITE_TRAINING: _l("Einladungen zu Schulungen"),
    Purpose.INVITE_WEEK: _l("Einladungen zur Interkulturellen Woche"),
    Purpose.INVITE_CLUB_DAY: _l("Einladungen zum Tag der Vereine"),
    Purpose.PHOTO: _l("Fotos"),
}
GIVEN_BY = {
    GivenBy.WEB: _l("im Internet"),
    GivenBy.PAPER: _l("auf Papier"),
    GivenBy.PHONE: _l("am Telefon"),
}
DISCLOSURES = {
    DisclosureKind.VIEWED: _l("vom Büro angesehen"),
    DisclosureKind.EXPORTED: _l("vom Büro in eine Datei geschrieben"),
    DisclosureKind.GIVEN_OUT: _l("weitergegeben"),
}
LANGUAGES_OFFERED = (
    "de", "en", "ar", "uk", "ru", "fa", "prs", "ps", "ku", "ckb", "tr", "az", "ti", "am", "so", "om", "ha", "sw", "fr",
    "es", "pt", "it", "pl", "ro", "bg", "sr", "hr", "bs", "sq", "mk", "el", "hu", "cs", "sk", "ka", "hy", "kk", "uz",
    "tg", "zh", "vi", "th", "hi", "ur", "bn", "pa", "ta", "ne", "gsg",
)  # fmt: skip
FIRST = ("de", "en", "ar", "uk", "ru", "fa", "prs")  # the ones most asked for, at the top of lists
_LANGUAGES = {"ku": _l("Kurdisch (Kurmandschi)"), "ckb": _l("Kurdisch (Sorani)"), "gsg": _l("Gebärdensprache")}
_CLDR = {"prs": "fa_AF"}  # Babel knows Dari under this name


def _locale() -> Locale:
    return get_locale() or Locale("de")


def language_name(code: str) -> str:
    """Write the name of a language in the reader's language; a code nobody knows stays as it is."""
    if code in _LANGUAGES:
        return str(_LANGUAGES[code])
    return _locale().languages.get(_CLDR.get(code, code), code)


def languages_offered(*, besides: Iterable[str] = ()) -> dict[str, str]:
    """Return the languages to choose from by their codes: those most asked for, then all others by name."""
    others = {*LANGUAGES_OFFERED, *besides} - {"", *FIRST}
    return {code: language_name(code) for code in (*FIRST, *sorted(others, key=_by_name))}


def _by_name(code: str) -> str:
    return text.fold(language_name(code))


def weekday_name(weekday: str) -> str:
    """Write one of WEEKDAYS in the reader's language: "Montag"."""
    return get_day_names("wide", context="stand-alone", locale=_locale())[WEEKDAYS.index(weekday)]


def slot(weekday: str, part: DayPart) -> str:
    """Return how the profile keeps a part of a weekday: "tuesday-evening"."""
    return f"{weekday}-{part}"


def slots() -> dict[str, str]:
    """Return all parts of the week by how they are kept: {"monday-morning": "Montag: vormittags"}."""
    return {
        slot(weekday, part): _("%(day)s: %(part)s", day=weekday_name(weekday), part=DAY_PARTS[part])
        for weekday in WEEKDAYS
        for part in DayPart
    }


def times_by_day(availability: Iterable[str]) -> list[str]:
    """Write when somebody has time, one line a day: "Dienstag: nachmittags, abends"."""
    known = set(availability)
    lines = []
    for weekday in WEEKDAYS:
        parts = [str(DAY_PARTS[part]) for part in DayPart if slot(weekday, part) in known]
        if parts:
            lines.append(_("%(day)s: %(part)s", day=weekday_name(weekday), part=", ".join(parts)))
    return lines
