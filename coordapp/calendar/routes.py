from flask import Blueprint, Response, abort, current_app, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.calendar import feeds, service
from coordapp.calendar.forms import ChoiceForm
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock, languages

bp = Blueprint("calendar", __name__)

LATER = 6  # dates on the start page, after the next round table
PAGE = 50  # dates on a page of the calendar
FEED_AGE = 900  # seconds a feed may be kept without asking again; a file of one event never


@bp.get("/")
@open_to(Access.EVERYONE)
def start():
    """Show the next round table and what comes after it."""
    now = clock.now()
    following = service.find_next(EventKind.ROUND_TABLE, at=now)
    shown = following.event.id if following else None
    later = [entry for entry in service.list_coming(at=now, limit=LATER + 1) if entry.event.id != shown]
    return render_template("calendar/start.html", following=following, later=later[:LATER])


@bp.get("/kalender/")
@open_to(Access.EVERYONE)
def index():
    """List what is coming, by month, as the reader chose."""
    now, form = clock.now(), ChoiceForm(request.args)
    choice, page = form.choice, _page()
    number = service.count_coming(choice, at=now)
    entries = service.list_coming(choice, at=now, limit=PAGE, offset=(page - 1) * PAGE)
    address = url_for(".feed", **_chosen(choice), sprache=_other_language())
    return render_template(
        "calendar/index.html", form=form, choice=choice, number=number, months=service.by_month(entries),
        page=page, pages=_pages(number), page_url=lambda at: url_for(".index", **_chosen(choice), seite=at),
        feed_url=current_app.config["BASE_URL"] + address,
    )  # fmt: skip


@bp.get("/kalender/vergangene")
@open_to(Access.EVERYONE)
def past():
    """List what is over, the last first."""
    now, page = clock.now(), _page()
    number = service.count_past(at=now)
    entries = service.list_past(at=now, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "calendar/past.html", number=number, months=service.by_month(entries), page=page, pages=_pages(number),
        page_url=lambda at: url_for(".past", seite=at),
    )  # fmt: skip


@bp.get("/kalender/ilm-kreis.ics")
@open_to(Access.EVERYONE)
def feed():
    """Give the feed to subscribe to; a choice that does not exist is no feed."""
    form = ChoiceForm(request.args)
    choice = form.choice
    if form.errors:
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


def _calendar_file(file: feeds.File, *, age: int) -> Response:
    """Answer with a file, or with 304 to who has it; touches no session, so it sets no cookie."""
    response = Response(file.content, content_type="text/calendar; charset=utf-8")
    response.set_etag(file.etag)
    response.last_modified = file.changed_at
    response.cache_control.public = True
    response.cache_control.max_age = age
    return response.make_conditional(request)


def _wanted_language() -> str:
    """Return the language in the address; programs that fetch feeds send none of their reader's."""
    wanted = request.args.get(languages.COOKIE)
    return wanted if wanted in languages.LANGUAGES else "de"


def _other_language() -> str | None:
    return None if languages.current() == "de" else languages.current()


def _chosen(choice: service.Choice) -> dict[str, str | None]:
    return {"gemeinde": choice.municipality or None, "art": choice.kind.value if choice.kind else None}


def _page() -> int:
    return max(1, request.args.get("seite", 1, type=int))


def _pages(number: int) -> int:
    return max(1, -(-number // PAGE))
