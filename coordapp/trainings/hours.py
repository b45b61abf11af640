"""Hours in words: how long somebody was there, and why not all the time. In the reader's language."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from coordapp.shared import languages

HOUR, QUARTER = 60, 15  # minutes; hours are written with decimals only where these are exact
WITH_COMMA = ("de", "uk", "ru")


def length(minutes: int) -> str:
    """Write a length: "6 Stunden", "1,5 Stunden", "100 Minuten", "30 Minuten"."""
    if minutes < HOUR or minutes % QUARTER:
        return ngettext("%(num)s Minute", "%(num)s Minuten", minutes)
    if minutes == HOUR:
        return _("1 Stunde")
    return _("%(hours)s Stunden", hours=_decimal(minutes))


def attended_of(attended: int, planned: int) -> str:
    """Write how long of how long: "4,5 von 6 Stunden", "100 von 360 Minuten"."""
    if attended % QUARTER or planned % QUARTER:
        return _("%(attended)s von %(planned)s Minuten", attended=attended, planned=planned)
    return _("%(attended)s von %(planned)s Stunden", attended=_decimal(attended), planned=_decimal(planned))


def reasons(dates: Iterable[tuple[datetime, int, int]]) -> str:
    """Say why hours are missing, from begin (UTC), attended and planned minutes of each date; empty when none are."""
    missing, shortened = [], []
    for starts_at, attended, planned in dates:
        on = languages.day_and_month(starts_at)
        if not attended and planned:
            missing.append(_("am %(day)s", day=on))
        elif attended < planned:
            shortened.append(_("am %(day)s %(length)s weniger", day=on, length=length(planned - attended)))
    absent = [_("%(days)s nicht da", days=_listed(missing))] if missing else []
    return _listed([*absent, *shortened])


def in_words(attended: int, planned: int, reasons: str) -> str:
    """Write how long of how long, and why not longer: "4,5 von 6 Stunden, weil am 12. März nicht da"."""
    words = attended_of(attended, planned)
    return _("%(hours)s, weil %(reasons)s", hours=words, reasons=reasons) if reasons else words


def typed(minutes: int) -> str:
    """Write minutes as the office types hours: "4,5"."""
    return f"{minutes / HOUR:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _decimal(minutes: int) -> str:
    number = f"{minutes / HOUR:g}"
    return number.replace(".", ",") if languages.current() in WITH_COMMA else number


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s und %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
