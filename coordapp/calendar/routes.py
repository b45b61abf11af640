from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.calendar import feeds, service
from coordapp.calendar.forms import ChoiceForm
from coordapp.calendar.service import EVERYTHING, Choice, Shown
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.shared.pages import kept_for_strangers
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("calendar", __name__)

LATER = 6  # events on the start page, after the next round table
PAGE = 50  # dates on a page of the calendar
FEED_AGE = 900  # seconds a feed may be kept without asking again; a file of one event never


@bp.get("/")
@open_to(Access.EVERYONE)
def start():
    """Show the next round table and what comes after it."""
    now = clock.now()
    return kept_for_strangers(service.state(), lambda: _start_page(now))


@bp.get("/kalender/")
@open_to(Access.EVERYONE)
def index():
    """List what is coming, by month, as the reader chose; a choice that does not exist counts as none."""
    now = clock.now()
    return kept_for_strangers(service.state(), lambda: _index_page(_choice() or EVERYTHING, at=now))


@bp.get("/kalender/vergangene")
@open_to(Access.EVERYONE)
def past():
    """List what is over, the last first."""
    now = clock.now()
    return kept_for_strangers(service.state(), lambda: _past_page(now))


@bp.get("/kalender/ilm-kreis.ics")
@open_to(Access.EVERYONE)
def feed():
    """Give the feed to subscribe to; a choice that does not exist is no feed."""
    choice = _choice()
    if choice is None:
        abort(404)
    return _calendar_file(feeds.feed(choice, language=_wanted_language()), age=FEED_AGE)


@bp.get("/kalender/termin/<int:event_id>.ics")
@open_to(Access.EVERYONE)
def event_file(event_id: int):
    """Give the file of one event that the public may see."""
    event = db.session.get(Event, event_id)
    if event is None or not event.is_published or event.group_only:
        abort(404)
    return _calendar_file(feeds.single(event, language=_wanted_language()), age=0)


def _start_page(at: datetime) -> str:
    following = service.find_next(EventKind.ROUND_TABLE, at=at)
    shown = following.event.id if following else None
    coming = service.list_entries(EVERYTHING, Shown.SOONEST, at=at, limit=LATER + 1)
    later = [entry for entry in coming if entry.event.id != shown]
    return render_template("calendar/start.html", following=following, later=later[:LATER])


def _index_page(choice: Choice, *, at: datetime) -> str:
    page, chosen = asked_page(), _words_of(choice)
    number = service.count_dates(choice, Shown.COMING, at=at)
    entries = service.list_entries(choice, Shown.COMING, at=at, limit=PAGE, offset=(page - 1) * PAGE)
    language = None if languages.current() == "de" else languages.current()
    return render_template(
        "calendar/index.html", form=ChoiceForm.showing(choice), choice=choice, number=number,
        months=service.by_month(entries), page=page, pages=count_pages(number, size=PAGE),
        page_url=lambda number: url_for(".index", **chosen, seite=number),
        feed_url=current_app.config["BASE_URL"] + url_for(".feed", **chosen, sprache=language),
    )  # fmt: skip


def _past_page(at: datetime) -> str:
    page, number = asked_page(), service.count_dates(EVERYTHING, Shown.PAST, at=at)
    entries = service.list_entries(EVERYTHING, Shown.PAST, at=at, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "calendar/past.html", number=number, months=service.by_month(entries), page=page,
        pages=count_pages(number, size=PAGE), page_url=lambda number: url_for(".past", seite=number),
    )  # fmt: skip


def _calendar_file(file: feeds.File, *, age: int) -> Response:
    """Answer with a file, or with 304 to who has it; touches no session, so it sets no cookie."""
    g.is_public_file = True
    response = Response(file.content, content_type="text/calendar; charset=utf-8")
    response.set_etag(file.etag)
    if file.changed_at is not None:
        response.last_modified = file.changed_at
    response.headers["Cache-Control"] = f"public, max-age={age}"
    response.make_conditional(request)
    return response


def _choice() -> Choice | None:
    return service.find_choice(municipality=request.args.get("gemeinde", ""), kind=request.args.get("art", ""))


def _words_of(choice: Choice) -> dict[str, Any]:
    return {"gemeinde": choice.municipality or None, "art": choice.kind}


def _wanted_language() -> str:
    """Return the language in the address; programs that fetch feeds send none of their reader's."""
    wanted = request.args.get(languages.COOKIE)
    return wanted if wanted in languages.LANGUAGES else "de"
