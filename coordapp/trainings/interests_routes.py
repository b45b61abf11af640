"""Telling us that one wants to hear of the next group, and taking it back."""

from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import limits
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.directory import service as directory
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.trainings import catalogue, interests, service
from coordapp.trainings.interest_forms import MemberForm, VisitorForm
from coordapp.trainings.models import TrainingFormat, TrainingInterest

bp = Blueprint("training_interests", __name__)

RECEIVED = "received_interest"  # in the session: for which format this browser has just sent which address
MAILS_PER_ADDRESS = 10  # an hour, so that nobody is flooded
HOUR = timedelta(hours=1)


@bp.after_request
def keep_secrets(response: Response) -> Response:
    """Keep all but the page with the form out of caches: the links are secrets."""
    return response if request.endpoint == f"{bp.name}.ask" else keep_out_of_caches(response)


@bp.get("/<int:format_id>/")
@open_to(Access.EVERYONE)
def ask(format_id: int):
    """Ask who wants to hear of the next group."""
    training_format = _get_offered(format_id)
    form = _form()
    if current_user.is_authenticated:
        person = directory.find_person_of(signed_in_user())
        form.organisation_name.data = person.organisation.name if person and person.organisation else ""
    return _page(training_format, form)


@bp.post("/<int:format_id>/")
@open_to(Access.EVERYONE)
def send(format_id: int):
    """Note who wants to hear of the next group."""
    training_format = _get_offered(format_id)
    form = _form()
    if not form.validate_on_submit():
        return _page(training_format, form), 422
    if isinstance(form, VisitorForm) and not _is_within_limits(form):
        return _page(training_format, form), 429
    _note(training_format, form)
    db.session.commit()
    return redirect(url_for(".received", format_id=format_id))


@bp.get("/<int:format_id>/danke/")
@open_to(Access.EVERYONE)
def received(format_id: int):
    """Say what happens next; strangers are not told who is known."""
    training_format, own = _get_offered(format_id), None
    if current_user.is_authenticated:
        person = directory.find_person_of(signed_in_user())
        own = interests.find_interest_of(training_format, person) if person is not None else None
    kept = session.get(RECEIVED)
    email = kept[1] if isinstance(kept, list) and kept[:1] == [format_id] else ""
    return render_template(
        "trainings/interests/received.html", training_format=training_format, own=own, email=email
    )  # fmt: skip


@bp.get("/eintrag/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Show what somebody wants to hear of, with the button to confirm it or take it back."""
    interest = interests.find_interest(token)
    if interest is None:
        return render_template("trainings/interests/gone.html"), 404
    return render_template("trainings/interests/show.html", interest=interest)


@bp.post("/eintrag/<token>/bestaetigen")
@open_to(Access.EVERYONE)
def confirm(token: str):
    """Count an interest from the first mail."""
    interests.confirm(_get(token))
    db.session.commit()
    flash(_("Danke! Wir merken uns das."), "success")
    return redirect(url_for(".show", token=token))


@bp.post("/eintrag/<token>/zuruecknehmen")
@open_to(Access.EVERYONE)
def take_back(token: str):
    """Forget an interest."""
    interests.take_back(_get(token))
    db.session.commit()
    flash(_("Gelöscht. Wir schreiben Ihnen nicht, wenn es eine neue Gruppe gibt."), "success")
    return redirect(url_for("trainings.index"))


def _get_offered(format_id: int) -> TrainingFormat:
    """Return a format of the public catalogue; answer 404 for what is not offered, or is confidential."""
    training_format = service.get_format(format_id)
    return training_format if catalogue.is_public(training_format) else abort(404)


def _get(token: str) -> TrainingInterest:
    return interests.find_interest(token) or abort(404)


def _form() -> MemberForm:
    return MemberForm() if current_user.is_authenticated else VisitorForm()


def _page(training_format: TrainingFormat, form: MemberForm) -> str:
    group = catalogue.next_group(training_format, at=clock.now())
    return render_template(
        "trainings/interests/ask.html", training_format=training_format, form=form,
        open_event=group.event if group is not None and not group.is_full else None,
    )  # fmt: skip


def _note(training_format: TrainingFormat, form: MemberForm) -> None:
    """Note whoever filled the form: who is signed in, or who has typed a name and an address."""
    language = languages.current()
    if isinstance(form, VisitorForm):
        person = directory.remember_person(name=form.name.data or "", email=form.email.data, language=language)
        proven = person.email_proven_at is not None
        session[RECEIVED] = [training_format.id, form.email.data]
    else:
        person, proven = directory.person_of(signed_in_user()), True
    interests.note(
        training_format, person, organisation_name=form.organisation_name.data or "",
        field_of_work=form.field_of_work.data or "", proven=proven, by_account=current_user.is_authenticated,
        language=language,
    )  # fmt: skip


def _is_within_limits(form: VisitorForm) -> bool:
    """Count a mail to an address for one network and tell whether it may be written; every address counts alike."""
    per_network = current_app.config["REGISTRATIONS_PER_HOUR"]
    tries = [
        ("training-interest", limits.network(), per_network),
        ("training-interest-mail", form.email.data or "", MAILS_PER_ADDRESS),
    ]
    if limits.hit_all(tries, window=HOUR):
        return True
    db.session.commit()
    phone = current_app.config["OFFICE_PHONE"]
    form.form_errors = [
        *form.form_errors,
        _("Von Ihrem Internet-Anschluss kamen gerade sehr viele Anfragen. Bitte rufen Sie uns an: %(phone)s",
          phone=phone),
    ]  # fmt: skip
    return False
