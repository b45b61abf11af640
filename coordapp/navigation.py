"""What stands on every page: navigation, account, language switch, footer."""

from urllib.parse import urlencode

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts.models import Role
from coordapp.shared import languages

PUBLIC = (
    (lambda: _("Startseite"), "calendar.start"),
    (lambda: _("Runde Tische"), "round_tables.index"),
    (lambda: _("Schulungen"), "trainings.index", "trainings.show_format", "trainings.show"),
    (lambda: _("Kalender"), "calendar.index"),
    (lambda: _("Vereine und Beratung"), "organisations.index", "organisations.advice", "organisations.show"),
)
OFFICE = (
    ("Heute", "office.start"),
    ("Runde Tische", "round_tables_office.index"),
    ("Schulungen", "trainings_office.index"),
    ("Verzeichnis", "search_office.index"),
    ("Vereine", "organisations_office.index"),
    ("Orte", "places_office.index"),
    ("Rückmeldungen", "feedback_office.index"),
    ("Postausgang", "outbox.index"),
    ("Mein Zugang", "accounts.account"),
)
ADMINISTRATION = (("Konten", "accounts_office.index"), ("Mein Zugang", "accounts.account"))
FOOTER = (
    (lambda: _("Barrierefreiheit"), "statements.accessibility"),
    (lambda: _("Barriere melden"), "statements.report_barrier"),
    (lambda: _("Datenschutz"), "statements.privacy"),
    (lambda: _("Impressum"), "statements.imprint"),
)


def for_page() -> dict:
    """Return what the layouts need; asks the database nothing but who is signed in."""
    language = languages.current()
    return {
        "language": language,
        "direction": languages.direction(language),
        "navigation": [
            (text(), url_for(endpoint), request.endpoint in (endpoint, *also)) for text, endpoint, *also in PUBLIC
        ],
        "office_navigation": _office_navigation(),
        "office_search_url": url_for("office.search") if _is_coordinator() else "",
        "account_links": _account_links(),
        "language_links": [
            (code, name, language_address(code), code == language) for code, name in languages.LANGUAGES.items()
        ],
        "footer_links": [(text(), url_for(endpoint)) for text, endpoint in FOOTER],
    }


def language_address(code: str) -> str:
    """Return the address of this very page in another language, its filters kept."""
    page, kept = url_for("calendar.start"), []
    if request.endpoint is not None:
        page = url_for(request.endpoint, **(request.view_args or {}))
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != languages.COOKIE]
    return f"{page}?{urlencode([*kept, (languages.COOKIE, code)])}"  # not by url_for, which takes orders like _scheme


def _is_coordinator() -> bool:
    return g.get("is_office", False) and current_user.role is Role.COORDINATOR


def _office_navigation() -> list[tuple[str, str, bool]]:
    if not g.get("is_office"):
        return []
    pages = ADMINISTRATION if current_user.role is Role.ADMINISTRATOR else OFFICE
    home = url_for("office.start")
    return [
        (text, href, request.path == href or (href != home and request.path.startswith(href)))
        for text, href in ((text, url_for(endpoint)) for text, endpoint in pages)
    ]


def _account_links() -> list[tuple[str, str, bool]]:
    if not current_user.is_authenticated:
        return [(_("Mein Bereich"), url_for("accounts.sign_in"), False)]
    home = {Role.COORDINATOR: ("Büro", "office.start"), Role.ADMINISTRATOR: ("Konten", "accounts_office.index")}.get(
        current_user.role, (_("Mein Bereich"), "privacy.mine")
    )
    return [(home[0], url_for(home[1]), False), (_("Abmelden"), url_for("accounts.sign_out"), True)]
