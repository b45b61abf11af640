"""What is looked for and why somebody fits, in German words for the office."""

from coordapp.directory.models_profile import Level, Volunteer
from coordapp.directory.profile_words import (
    DAY_PARTS,
    FIELDS,
    LEVELS,
    PURPOSES,
    TARGET_GROUPS,
    language_name,
    times_by_day,
    weekday_name,
)
from coordapp.directory.search_filters import Filters, Show

KNOWN = {True: "informiert", False: "noch nicht informiert"}
PAUSED = {Show.ALSO: "auch Pausierte", Show.ONLY: "nur Pausierte"}
SILENT = {Show.ALSO: "auch lange Stille", Show.ONLY: "nur lange Stille"}
SHORT_LEVELS = {Level.INTERPRETS: "dolmetscht", Level.SPEAKS: "spricht", Level.UNDERSTANDS: "versteht"}
NOT_PUT_DOWN = ("words", "organisation_id")  # may name somebody: never in the log of who saw contact data


def parts_in_words(filters: Filters, organisations: dict[int, str]) -> dict[str, str]:
    """Return each part of a search that asks for something, in words; the level goes with its language."""
    words = {
        "language": _language(filters.language, filters.level) if filters.language else "",
        "places": _either(list(filters.places)),
        "weekday": weekday_name(filters.weekday) if filters.weekday else "",
        "part": str(DAY_PARTS[filters.part]) if filters.part else "",
        "field": str(FIELDS[filters.field]) if filters.field else "",
        "words": f"„{filters.words}“",
        "group": f"für {TARGET_GROUPS[filters.group]}" if filters.group else "",
        "is_online": "auch online",
        "lives_in": f"wohnt in {filters.lives_in}",
        "organisation_id": organisations.get(filters.organisation_id or 0, "ein Verein, den es nicht mehr gibt"),
        "purpose": f"Ja zu: {PURPOSES[filters.purpose]}" if filters.purpose else "",
        "is_informed": KNOWN.get(filters.is_informed is True, ""),
        "paused": PAUSED.get(filters.paused, ""),
        "silent": SILENT.get(filters.silent, ""),
    }
    return {part: words[part] for part in filters.active() if part != "level"}


def reason(filters: Filters) -> str:
    """Write for the log of a person what the office was looking for, without anything that may be a name."""
    words = parts_in_words(filters, {})
    said = ", ".join(text for part, text in words.items() if part not in NOT_PUT_DOWN)
    return f"Suche im Verzeichnis: {said}" if said else "Suche im Verzeichnis"


def languages_in_words(volunteer: Volunteer) -> list[str]:
    """Write the languages of a profile, the best known first: "dolmetscht Arabisch", "spricht Deutsch, Russisch"."""
    lines = []
    for level, verb in SHORT_LEVELS.items():
        names = sorted(language_name(code) for code, known in volunteer.languages.items() if known == level)
        lines += [f"{verb} {', '.join(names)}"] if names else []
    return lines


def times_in_words(volunteer: Volunteer) -> list[str]:
    """Write when somebody has time, in few letters: "Mo nachmittags", "Mi vormittags, abends"."""
    return [f"{line[:2]}{line.partition(':')[2]}" for line in times_by_day(volunteer.availability)]


def places_in_words(volunteer: Volunteer) -> list[str]:
    """Write where somebody helps."""
    places = ["ganzer Landkreis"] if volunteer.serves_whole_county else list(volunteer.municipalities)
    return [*places, "online"] if volunteer.serves_online else places


def why_it_fits(volunteer: Volunteer, filters: Filters) -> list[str]:
    """Say for each part of a search what in the profile answers it, also where somebody said nothing."""
    reasons = [
        _why_language(volunteer, filters),
        _why_place(volunteer, filters),
        _why_time(volunteer, filters),
        str(FIELDS[filters.field]) if filters.field else "",
        _why_group(volunteer, filters),
        "auch online" if filters.is_online else "",
    ]
    return [reason for reason in reasons if reason]


def _why_language(volunteer: Volunteer, filters: Filters) -> str:
    level = volunteer.languages.get(filters.language)
    return f"{SHORT_LEVELS[Level(level)]} {language_name(filters.language)}" if level else ""


def _why_place(volunteer: Volunteer, filters: Filters) -> str:
    if not filters.places:
        return ""
    named = [name for name in filters.places if name in volunteer.municipalities]
    return _either(named) or "ganzer Landkreis"


def _why_time(volunteer: Volunteer, filters: Filters) -> str:
    if not filters.weekday and not filters.part:
        return ""
    if not volunteer.availability:
        return "Zeiten nicht bekannt"
    words = (weekday_name(filters.weekday) if filters.weekday else "", str(DAY_PARTS.get(filters.part, "")))
    return " ".join(word for word in words if word)


def _why_group(volunteer: Volunteer, filters: Filters) -> str:
    if not filters.group:
        return ""
    return f"für {TARGET_GROUPS[filters.group]}" if filters.group in volunteer.target_groups else "für alle"


def _language(code: str, level: Level | None) -> str:
    return f"{language_name(code)}: {LEVELS[level]}" if level else language_name(code)


def _either(words: list[str]) -> str:
    return " oder ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def dropped_in_words(part: str, parts: dict[str, str]) -> str:
    """Say what is found when one part of a search is dropped."""
    match part:
        case "paused":
            return "auch wer gerade pausiert"
        case "silent":
            return "auch wer sich 13 Monate nicht gemeldet hat"
        case "level":
            return "auch wer die Sprache weniger gut kann"
        case "words":
            return f"ohne {parts[part]}"
        case _:
            return f"ohne „{parts[part]}“"
