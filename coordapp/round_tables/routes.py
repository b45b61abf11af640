"""The public pages of the round tables: those of a year, and one with its registration."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from coordapp.accounts.guards import Access, open_to
from coordapp.events import service as events
from coordapp.events import visitors, words
from coordapp.events.forms import RegistrationForm, SignedInRegistrationForm, WishesForm
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, Registration
from coordapp.events.occupancy import Occupancy, occupancies, occupancy_of
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db, reading
from coordapp.round_tables import service
from coordapp.shared import clock, pages
from coordapp.shared.forms import add_error, text_field
from coordapp.shared.languages import LANGUAGES

bp = Blueprint("round_tables", __name__)

MOST_TOPICS = 5  # of one person for one round table


class TopicForm(WishesForm):
    """The question that only round tables ask."""

    topic = text_field(_l("Worüber möchten Sie sprechen?"), most=300)

    @property
    def is_unfolded(self) -> bool:
        """Tell whether the folded part of the form has anything to show."""
        folded = (self.party_size, self.needs, self.interpreter_language, self.note, self.topic)
        return any(field.errors for field in folded) or any(field.data for field in folded[1:])


class MoreForm(FlaskForm):
    """A topic from somebody who is registered already."""

    topic = text_field(
        _l("Worüber möchten Sie sprechen?"), most=300, needed=_l("Bitte schreiben Sie, worüber Sie sprechen möchten.")
    )


class VisitorForm(TopicForm, RegistrationForm):
    """Registering for a round table as a visitor."""


class MemberForm(TopicForm, SignedInRegistrationForm):
    """Registering for a round table when signed in."""


@bp.get("/")
@open_to(Access.EVERYONE)
def index():
    """Show the round tables of a year, the coming one first; by default the year of the next."""
    now, this_year = clock.now(), clock.today().year
    year = request.args.get("jahr", 0, type=int) or _year_of_next()
    if not 2000 <= year <= this_year + 5:
        abort(404)
    listed = events.list_events(EventKind.ROUND_TABLE, year=year)
    numbers = occupancies(listed)
    coming = next((event for event in listed if event.ends_at > now and not event.is_cancelled), None)
    listed.sort(key=lambda event: (event != coming, event.starts_at))
    return render_template(
        "round_tables/index.html", year=year, now=now, coming=coming,
        events=[(event, _free(event, numbers.get(event.id, Occupancy()))) for event in listed],
        other_years=[other for other in (this_year - 1, this_year, this_year + 1) if other != year],
    )  # fmt: skip


def _year_of_next() -> int:
    coming = events.list_coming(EventKind.ROUND_TABLE, at=clock.now())
    return clock.local(coming[0].starts_at).year if coming else clock.today().year


@bp.get("/<int:event_id>/")
@open_to(Access.EVERYONE)
def show(event_id: int):
    """Show a round table with an empty registration form."""
    return pages.kept_for_strangers(
        events.find_revision(event_id),
        lambda: _page(_get(event_id), visitors.registration_form(VisitorForm, MemberForm)),
    )


@bp.post("/<int:event_id>/")
@open_to(Access.EVERYONE)
def register(event_id: int):
    """Register a volunteer for a round table."""
    form = visitors.registration_form(VisitorForm, MemberForm)
    if not form.validate_on_submit():
        return _page(_get(event_id), form), 422
    with reading():
        event = _get(event_id)
    try:
        made = visitors.register(event, form)
    except RegistrationRefused as refused:
        return _refused_page(event, form, words.refused_long(refused.reason))
    except visitors.TooMany:
        return _refused_page(event, form, visitors.too_many_text())
    if form.topic.data:
        service.propose_topic(event, made.person, form.topic.data)
    db.session.commit()
    return redirect(url_for("events.received"))


@bp.get("/thema/<token>/")
@open_to(Access.EVERYONE)
def propose_topic(token: str):
    """Ask somebody who is registered, or invited and coming, for a topic."""
    return _topic_page(visitors.get_to_say_more(token, kind=EventKind.ROUND_TABLE), MoreForm())


@bp.post("/thema/<token>/")
@open_to(Access.EVERYONE)
def save_topic(token: str):
    """Take a topic; the same words twice are one."""
    made, form = visitors.get_to_say_more(token, kind=EventKind.ROUND_TABLE), MoreForm()
    if not form.validate_on_submit():
        return _topic_page(made, form), 422
    if len(service.list_topics_of(made.event, made.person)) >= MOST_TOPICS:
        add_error(form.topic, _("Sie haben schon viele Themen vorgeschlagen. Das reicht uns. Danke!"))
        return _topic_page(made, form), 422
    service.propose_topic(made.event, made.person, form.topic.data or "")
    db.session.commit()
    flash(_("Danke für das Thema. Das Büro macht daraus den Ablauf."), "success")
    return redirect(url_for(".propose_topic", token=token))


def _topic_page(made: Registration, form: MoreForm) -> Response:
    topics = service.list_topics_of(made.event, made.person)
    page = render_template(
        "round_tables/propose_topic.html", registration=made, event=made.event, form=form, topics=topics
    )
    return Response(page, headers={"X-Robots-Tag": "noindex", "Cache-Control": "no-store"})


def _refused_page(event: Event, form: WishesForm, message: str):
    db.session.rollback()
    form.form_errors.append(message)
    return _page(event, form), 422


def _get(event_id: int) -> Event:
    event = events.get_event(event_id, kind=EventKind.ROUND_TABLE)
    return event if event.is_published and not event.is_confidential else abort(404)


def _free(event: Event, occupancy: Occupancy) -> str:
    return words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=clock.now())


def _page(event: Event, form: WishesForm) -> str:
    now = clock.now()
    occupancy = occupancy_of(event)
    reason = refusal(event, at=now)
    return render_template(
        "round_tables/show.html", event=event, form=form, reason=reason,
        refused=words.refused_long(reason) if reason else "", free=_free(event, occupancy),
        is_full=occupancy.is_full(event),
        next_event=events.next_best(event, at=now) if reason is not None else None,
        language_name=LANGUAGES.get(event.language, ""), agenda=service.list_agenda(event),
        minutes=service.find_minutes(event),
    )  # fmt: skip
