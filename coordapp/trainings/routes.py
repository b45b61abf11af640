"""The public pages of trainings: the catalogue, one format, one group with its registration."""

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.directory import service as directory
from coordapp.events import registration as registrations
from coordapp.events import visitors
from coordapp.events import words as event_words
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, Registration
from coordapp.events.occupancy import occupancy_of
from coordapp.events.rules import RegistrationRefused, State, refusal, state
from coordapp.extensions import db
from coordapp.shared import clock, pages
from coordapp.shared.languages import LANGUAGES
from coordapp.trainings import answers, catalogue, funders, hours, service, words
from coordapp.trainings.forms import MemberForm, OwnAnswersForm, TrainingForm, VisitorForm
from coordapp.trainings.models import Training, TrainingFormat

bp = Blueprint("trainings", __name__)

LOGO_AGE = 365 * 24 * 3600  # seconds; another picture has another address


@bp.get("/")
@open_to(Access.EVERYONE)
def index():
    """Show the catalogue, all or one type; a type that does not exist counts as none."""
    return pages.kept_for_strangers(catalogue.state(), _index_page)


def _index_page() -> str:
    wanted, now = request.args.get("art", ""), clock.now()
    kind, offered = words.TYPES_IN_ADDRESS.get(wanted), service.list_formats(offered_only=True)
    shown = [one for one in offered if kind in (None, one.type)]
    return render_template(
        "trainings/index.html", offers=catalogue.list_offers(shown, at=now), wanted=wanted, words=words, hours=hours,
        numbers={key: sum(one.type is kind for one in offered) for key, kind in words.TYPES_IN_ADDRESS.items()},
        total=len(offered),
    )  # fmt: skip


@bp.get("/angebot/<int:format_id>/")
@open_to(Access.EVERYONE)
def show_format(format_id: int):
    """Show what a training is about, for whom, and when it is next."""
    return pages.kept_for_strangers(catalogue.state(), lambda: _format_page(_get_offered(format_id)))


def _format_page(entry: TrainingFormat) -> str:
    return render_template(
        "trainings/show_format.html", format=entry, groups=catalogue.list_coming(entry, at=clock.now()),
        precondition=entry.required_format, is_public=catalogue.is_public, words=words, hours=hours,
        logo_name=funders.logo_name, language_name=LANGUAGES.get(entry.language, ""),
    )  # fmt: skip


def _get_offered(format_id: int) -> TrainingFormat:
    entry = service.get_format(format_id)
    return entry if catalogue.is_public(entry) else abort(404)


@bp.get("/<int:event_id>/")
@open_to(Access.EVERYONE)
def show(event_id: int):
    """Show a group with an empty registration form."""
    return pages.kept_for_strangers(catalogue.state(), lambda: _page(_get_public(event_id), _new_form()))


@bp.post("/<int:event_id>/")
@open_to(Access.EVERYONE)
def register(event_id: int):
    """Register somebody for a group."""
    return _register(lambda: _get_public(event_id))


@bp.get("/gruppe/<token>/")
@open_to(Access.EVERYONE)
def group(token: str):
    """Show a closed group to whoever has its link."""
    return keep_out_of_caches(Response(_page(_get_closed(token), _new_form())))


@bp.post("/gruppe/<token>/")
@open_to(Access.EVERYONE)
def register_in_group(token: str):
    """Register somebody who has the link of a closed group."""
    return _register(lambda: _get_closed(token))


@bp.get("/angaben/<token>/")
@open_to(Access.EVERYONE)
def own_answers(token: str):
    """Ask somebody who is registered, invited ones too, for whom they come and in which field they work."""
    made = visitors.get_to_say_more(token, kind=EventKind.TRAINING)
    return _own_answers_page(made, OwnAnswersForm(obj=answers.find_latest(made)))


@bp.post("/angaben/<token>/")
@open_to(Access.EVERYONE)
def save_own_answers(token: str):
    """Take what somebody answers about themselves."""
    made, form = visitors.get_to_say_more(token, kind=EventKind.TRAINING), OwnAnswersForm()
    if not form.validate_on_submit():
        return _own_answers_page(made, form), 422
    _remember(made, form)
    db.session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("events.registration", token=token))


def _own_answers_page(made: Registration, form: OwnAnswersForm) -> Response:
    page = render_template("trainings/own_answers.html", registration=made, event=made.event, form=form)
    return keep_out_of_caches(Response(page))


@bp.get("/foerderer/<int:funder_id>/<logo>")
@open_to(Access.EVERYONE)
def logo(funder_id: int, logo: str):
    """Give the logo of a funder; the address names the very picture, so it may be kept for ever."""
    funder = funders.find_logo(funder_id, logo) or abort(404)
    g.is_public_file = True
    response = Response(funder.logo, mimetype=funder.logo_type)
    response.headers["Cache-Control"] = f"public, max-age={LOGO_AGE}, immutable"
    response.set_etag(funder.logo_digest)
    return response.make_conditional(request)


def _get_public(event_id: int) -> Training:
    """Return a group that everybody may know of; answers 404 for drafts, closed and confidential ones."""
    training = service.get_training(event_id)
    event = training.event
    return training if event.is_published and not event.group_only else abort(404)


def _get_closed(token: str) -> Training:
    """Return a closed group that its link opens; answers 404 once it is over or called off."""
    training = service.find_by_link(token)
    if training is None or state(training.event, at=clock.now()) is not State.PUBLISHED:
        abort(404)
    return training


def _new_form() -> VisitorForm | MemberForm:
    form = visitors.registration_form(VisitorForm, MemberForm)
    if isinstance(form, MemberForm) and not form.is_submitted():
        person = directory.find_person_of(signed_in_user())
        form.organisation_name.data = person.organisation.name if person and person.organisation else ""
    return form


def _register(find):
    form = visitors.registration_form(VisitorForm, MemberForm)
    if not form.validate_on_submit():
        return _answer(find(), form, status=422)
    training = find()  # only now: from the first question on, others wait for this writer
    try:
        made = visitors.register(training.event, form)
    except RegistrationRefused as refused:
        return _refused(training, form, event_words.refused_long(refused.reason))
    except visitors.TooMany:
        return _refused(training, form, visitors.too_many_text())
    if answers.may_be_remembered(made):
        _remember(made, form)
    db.session.commit()
    return redirect(url_for("events.received"))


def _remember(made: Registration, form: OwnAnswersForm) -> None:
    answers.remember(
        made, organisation_name=form.organisation_name.data or "", field_of_work=form.field_of_work.data or ""
    )


def _refused(training: Training, form: TrainingForm, message: str) -> Response:
    db.session.rollback()
    form.form_errors.append(message)
    return _answer(training, form, status=422)


def _answer(training: Training, form: TrainingForm, *, status: int) -> Response:
    response = Response(_page(training, form), status=status)
    return keep_out_of_caches(response) if training.event.group_only else response


def _page(training: Training, form: TrainingForm) -> str:
    event, entry, now = training.event, training.format, clock.now()
    occupancy = occupancy_of(event)
    reason = refusal(event, at=now)
    precondition = catalogue.find_precondition(event)
    lacks = precondition is not None and _lacks_precondition(event)
    return render_template(
        "trainings/group.html" if event.group_only else "trainings/show.html", training=training, event=event,
        form=form, reason=reason, refused=event_words.refused_long(reason) if reason else "",
        free=event_words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=now),
        is_full=occupancy.is_full(event), has_begun=event.starts_at <= now < event.ends_at,
        precondition=precondition, lacks=lacks, is_public=catalogue.is_public, words=words, hours=hours,
        next_of_precondition=catalogue.next_group(precondition, at=now) if lacks else None,
        own=_own_registration(event),
        next_group=catalogue.next_group(entry, at=now, besides=event), logo_name=funders.logo_name,
        language_name=LANGUAGES.get(event.language, ""),
    )  # fmt: skip


def _own_registration(event: Event) -> Registration | None:
    """Return the registration of who is signed in, unless it is cancelled."""
    person = directory.find_person_of(signed_in_user()) if current_user.is_authenticated else None
    made = registrations.find_registration_of(event, person) if person is not None else None
    return made if made is not None and made.is_active else None


def _lacks_precondition(event: Event) -> bool:
    """Tell whether who is signed in has not completed what must be; nothing is said to strangers."""
    if not current_user.is_authenticated:
        return False
    person = directory.find_person_of(signed_in_user())
    return person is None or not registrations.is_admitted(event, person)
