"""The six languages of the site: which there are, which one a reader gets, and how dates read in it."""

from datetime import date, datetime

from flask import g, has_request_context, request
from flask_babel import format_date, get_locale
from flask_babel import lazy_gettext as _

from coordapp.shared import clock

LANGUAGES = {  # code: the language's own name
    "de": "Deutsch",
    "en": "English",
    "ar": "العربية",
    "uk": "Українська",
    "ru": "Русский",
    "fa": "فارسی",
}
RIGHT_TO_LEFT = ("ar", "fa")
COOKIE = "sprache"
_DATE_PATTERNS = {  # Arabic and Persian get western digits, as on the buses and letters people read here
    "de": "EEEE, d. MMMM y",
    "en": "EEEE, d MMMM y",
    "ar": "EEEE، d MMMM y",
    "uk": "EEEE, d MMMM y 'р'.",
    "ru": "EEEE, d MMMM y 'г'.",
    "fa": "EEEE d MMMM y",
}
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def choose() -> str:
    """Return the language of the page: by the address, the cookie, the browser, else German."""
    if not has_request_context() or g.get("is_office"):
        return "de"
    for wanted in (request.args.get(COOKIE), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return request.accept_languages.best_match(LANGUAGES) or "de"


def current() -> str:
    """Return the code of the language being written in."""
    locale = get_locale()
    return locale.language if locale else "de"


def direction(language: str) -> str:
    """Return "rtl" or "ltr"."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def day(on: date | datetime) -> str:
    """Write a date with its weekday: "Dienstag, 16. März 2027"; a moment is put on the German calendar first."""
    if isinstance(on, datetime):
        on = clock.local(on).date()
    return format_date(on, _DATE_PATTERNS[current()]).translate(_WESTERN)


def month(on: date | datetime) -> str:
    """Write a month: "März 2027"; a moment is put on the German calendar first."""
    if isinstance(on, datetime):
        on = clock.local(on).date()
    return format_date(on, "LLLL y").translate(_WESTERN)


def day_and_month(on: date | datetime) -> str:
    """Write a date without its year: "16. März"; a moment is put on the German calendar first."""
    if isinstance(on, datetime):
        on = clock.local(on).date()
    return format_date(on, "d. MMMM" if current() == "de" else "d MMMM").translate(_WESTERN)


def short_day(on: date | datetime) -> str:
    """Write a date in figures: "16.03.2027"."""
    if isinstance(on, datetime):
        on = clock.local(on).date()
    return f"{on:%d.%m.%Y}"


def hour(at: datetime) -> str:
    """Write the German wall-clock time of a moment: "15:00"."""
    return f"{clock.local(at):%H:%M}"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """Write a day and its hours: "Dienstag, 16. März 2027, 15:00 bis 18:00 Uhr"."""
    if clock.local(starts_at).date() == clock.local(ends_at).date():
        return str(
            _("%(day)s, %(start)s bis %(end)s Uhr", day=day(starts_at), start=hour(starts_at), end=hour(ends_at))
        )
    return str(
        _(
            "%(day)s, %(start)s Uhr bis %(end_day)s, %(end)s Uhr",
            day=day(starts_at),
            start=hour(starts_at),
            end_day=day(ends_at),
            end=hour(ends_at),
        )
    )


def moment(at: datetime) -> str:
    """Write a day and a time: "Dienstag, 16. März 2027, 15:00 Uhr"."""
    return str(_("%(day)s, %(start)s Uhr", day=day(at), start=hour(at)))
