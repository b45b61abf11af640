"""The whole site on one screen: settings, extensions, pages, errors; the rooms with their addresses are in rooms.py."""

import hashlib
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from flask import Flask, abort, g, render_template, request
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

import config
from coordapp import navigation
from coordapp.accounts import guards
from coordapp.events import words
from coordapp.extensions import babel, csrf, db, login_manager, migrate, prepare_engine
from coordapp.rooms import ATTENTION, COMMANDS, ROOMS, WITHDRAWN
from coordapp.shared import clock, languages, phones
from coordapp.shared.faults import without_data

STATIC = config.ROOT / "static"
ERRORS = {
    400: (_("Das hat nicht geklappt"), _("Es fehlt etwas. Bitte versuchen Sie es noch einmal.")),
    404: (
        _("Diese Seite gibt es nicht"),
        _("Vielleicht ist der Link alt oder ein Zeichen fehlt. Alles Wichtige finden Sie auf der Startseite."),
    ),
    405: (_("Das geht hier nicht"), _("Bitte gehen Sie zurück und benutzen Sie den Knopf auf der Seite.")),
    413: (_("Das ist zu groß"), _("Bitte schicken Sie weniger auf einmal.")),
    429: (
        _("Das waren zu viele Versuche"),
        _("Bitte warten Sie eine Viertelstunde und versuchen Sie es dann noch einmal."),
    ),
    500: (
        _("Bei uns ist ein Fehler passiert"),
        _("Es wurde nichts gespeichert. Bitte versuchen Sie es in ein paar Minuten noch einmal oder rufen Sie uns an."),
    ),
    503: (
        _("Gerade geht es nicht"),
        _("Es wurde nichts gespeichert. Bitte versuchen Sie es in ein paar Minuten noch einmal."),
    ),
}
YEAR = 365 * 24 * 3600
LARGEST_ID = 2**31 - 1
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Site(Flask):
    """Flask, but the log tells of a fault only where it happened: addresses hold secret links, messages names."""

    def log_exception(self, exc_info) -> None:
        """Log an exception with the name of the view."""
        self.logger.error("fault in %s: %s", request.endpoint, without_data(exc_info[1]))


def create_app(overrides: dict | None = None) -> Flask:
    """Build the application from the environment; `overrides` are settings that win over it."""
    settings = config.load() | (overrides or {})
    app = Site(
        __name__,
        root_path=str(config.ROOT),
        instance_path=settings["INSTANCE_PATH"],
        static_folder=None,
    )
    app.config.update(settings)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_nul)
    app.before_request(guards.check_access)  # before the CSRF check, see there
    _start_extensions(app)
    for room, prefix in ROOMS:
        app.register_blueprint(room, url_prefix=prefix)
    app.extensions["attention"], app.extensions["withdrawn"] = ATTENTION, WITHDRAWN
    for command in COMMANDS:
        app.cli.add_command(command)
    _prepare_pages(app)
    _prepare_errors(app)
    if app.config["PROXY_COUNT"]:
        hops = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=STATIC, prefix="static/", max_age=YEAR, allow_all_origins=False)
    headers = HEADERS | ({"Strict-Transport-Security": f"max-age={YEAR}"} if settings["SESSION_COOKIE_SECURE"] else {})
    app.wsgi_app = _with_headers(app.wsgi_app, list(headers.items()))
    return app


def _with_headers(wsgi_app: Callable, fixed: list[tuple[str, str]]) -> Callable:
    """Wrap a WSGI application so that every answer, static files and errors included, carries some headers."""

    def respond(environ, start_response):
        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, *fixed], exc_info)

        return wsgi_app(environ, start)

    return respond


class IdConverter(IntegerConverter):
    """An id as both databases can hold it; anything larger is an address that does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def _start_extensions(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(
        app,
        default_locale="de",
        default_timezone="Europe/Berlin",
        locale_selector=languages.choose,
        default_translation_directories=str(config.ROOT / "coordapp" / "translations"),
    )
    with app.app_context():
        prepare_engine(db.engine)


@cache
def asset(path: str) -> str:
    """Return the address of a static file with a hash of its content, so that browsers may keep it for a year."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def _prepare_pages(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, clock=clock)  # ty: ignore[invalid-argument-type] - typed by Jinja's own
    app.jinja_env.filters.update(
        day=languages.day,
        short_day=languages.short_day,
        hour=languages.hour,
        moment=languages.moment,
        spoken_phone=phones.spoken,
        outside_title=words.outside_title,
        when=words.when,
        which_date=words.which_date,
        status_words=lambda registration: words.STATUS[registration.status],
        span=lambda date: languages.span(*(date if isinstance(date, tuple) else (date.starts_at, date.ends_at))),
    )
    app.context_processor(navigation.for_page)

    @app.after_request
    def finish(response):
        if g.get("is_public_file"):
            return response  # a feed: the same for everybody, so no cookie and nothing to vary by
        response.headers.setdefault("Cache-Control", "no-store" if g.get("is_office") else "private, no-cache")
        response.vary.update(("Cookie", "Accept-Language"))
        wanted = request.args.get(languages.COOKIE)
        if wanted in languages.LANGUAGES:
            response.set_cookie(
                languages.COOKIE,
                wanted,
                max_age=YEAR,
                samesite="Lax",
                httponly=True,
                secure=app.config["SESSION_COOKIE_SECURE"],
            )
        return response


def _refuse_nul() -> None:
    if "\0" in request.path:
        abort(404)  # PostgreSQL takes no such letter


def _prepare_errors(app: Flask) -> None:
    @app.errorhandler(CSRFError)
    def form_too_old(_error):
        return guards.offer_to_resend(status=400) or _error_page(
            400,
            _("Dieses Formular ist abgelaufen"),
            _("Bitte gehen Sie eine Seite zurück und laden Sie sie neu. Ihre Angaben stehen dann meist noch da."),
        )

    @app.errorhandler(SecurityError)
    def unknown_host(_error):
        return "This host is not served here.\n", 400, {"Content-Type": "text/plain"}  # no page: it has no addresses

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def database_away(problem):
        app.logger.error("database: %s", type(problem.orig).__name__)
        return *_error_page(503, *ERRORS[503]), {"Retry-After": "60"}

    for code, (title, text) in ERRORS.items():
        app.register_error_handler(
            code, lambda _error, code=code, title=title, text=text: _error_page(code, title, text)
        )


def _error_page(code: int, title, text):
    db.session.rollback()
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        g._login_user, g.is_office = login_manager.anonymous_user(), False  # the database may be away: ask no more
    return render_template("errors/error.html", code=code, title=title, text=text), code
