"""What volunteers do themselves: join, fill in the four parts of their profile, pause."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, engagements, erased, pauses, profile, profile_view, service
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.pauses import PauseForm
from coordapp.directory.profile_forms import AboutForm, LanguagesForm, OfferForm, PartForm, TimeForm
from coordapp.directory.wordings import current_version, wording
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.shared.forms import add_error, day_in

bp = Blueprint("directory", __name__)

SOURCE = "selbst eingetragen"  # the office reads it
PARTS = {  # endpoint: what it is about; in this order
    "about": _l("Ich und meine Kontaktdaten"),
    "offer": _l("Was ich mache"),
    "times": _l("Wo und wann ich helfen kann"),
    "spoken": _l("Meine Sprachen"),
}
ORGANISATIONS_NAMED = 300  # suggested while typing


@bp.get("/")
@open_to(Access.SIGNED_IN)
def index():
    """Show the profile in four parts, or how to join and what that means."""
    volunteer = _find_volunteer()
    if volunteer is None:
        text = wording(Purpose.DIRECTORY, current_version(Purpose.DIRECTORY))
        return render_template("directory/join.html", wording=text)
    parts = summary_of(volunteer)
    return render_template(
        "directory/index.html", volunteer=volunteer, parts=parts, titles=PARTS, missing=missing_in(volunteer),
        has_agreed=consents.has_agreed(volunteer.person, Purpose.DIRECTORY),
        is_paused=profile.is_paused(volunteer, on=clock.today()),
        is_silent=profile.is_silent(volunteer, at=clock.now()),
    )  # fmt: skip


@bp.post("/")
@open_to(Access.SIGNED_IN)
def join():
    """Agree to be in the directory, and begin the profile."""
    person = service.person_of(signed_in_user())
    volunteer = profile.make_volunteer(person, source=SOURCE)
    profile.inform(volunteer)
    consents.give(person, Purpose.DIRECTORY, given_by=GivenBy.WEB, language=languages.current())
    _come_back(person)
    db.session.commit()
    flash(_("Danke! Ihr Eintrag ist angelegt. Jetzt fehlen noch ein paar Angaben."), "success")
    return redirect(url_for(".index"))


@bp.get("/ueber-mich/")
@open_to(Access.SIGNED_IN)
def about():
    """Show the form about the person."""
    return _edit("about", _about_form())


@bp.post("/ueber-mich/")
@open_to(Access.SIGNED_IN)
def save_about():
    """Save who the person is and how they are reached."""
    return _save("about", _about_form())


@bp.get("/angebot/")
@open_to(Access.SIGNED_IN)
def offer():
    """Show the form about what somebody does."""
    return _edit("offer", OfferForm())


@bp.post("/angebot/")
@open_to(Access.SIGNED_IN)
def save_offer():
    """Save what somebody does, and for whom."""
    return _save("offer", OfferForm())


@bp.get("/zeiten/")
@open_to(Access.SIGNED_IN)
def times():
    """Show the form about places and times."""
    return _edit("times", TimeForm())


@bp.post("/zeiten/")
@open_to(Access.SIGNED_IN)
def save_times():
    """Save where and when somebody can help."""
    return _save("times", TimeForm())


@bp.get("/sprachen/")
@open_to(Access.SIGNED_IN)
def spoken():
    """Show the form about languages."""
    return _edit("spoken", _languages_form())


@bp.post("/sprachen/")
@open_to(Access.SIGNED_IN)
def save_spoken():
    """Save the languages."""
    return _save("spoken", _languages_form())


@bp.get("/pause/")
@open_to(Access.SIGNED_IN)
def pause():
    """Offer a pause, or to end it."""
    volunteer = _find_volunteer()
    return _pause_page(volunteer, PauseForm()) if volunteer else redirect(url_for(".index"))


@bp.post("/pause/")
@open_to(Access.SIGNED_IN)
def set_pause():
    """Pause for some months or until a day, or end the pause."""
    volunteer, form = _get_volunteer(), PauseForm()
    months = request.form.get("months", type=int)
    if months in pauses.MONTHS:
        until: date | None = pauses.in_months(clock.today(), months)
    elif request.form.get("end"):
        until = None
    elif form.validate_on_submit():
        until = day_in(form.until)
    else:
        return _pause_page(volunteer, form), 422
    volunteer.paused_until = until
    profile.save(volunteer)
    db.session.commit()
    flash(_pause_words(until), "success")
    return redirect(url_for(".index"))


def summary_of(volunteer: Volunteer) -> dict[str, profile_view.Facts]:
    """Return what each part says by its name."""
    return {
        "about": profile_view.contact(volunteer.person), "offer": profile_view.offer(volunteer),
        "times": profile_view.times(volunteer), "spoken": profile_view.spoken(volunteer),
    }  # fmt: skip


def missing_in(volunteer: Volunteer) -> list[str]:
    """List the parts that say nothing yet: without them nobody is found."""
    has_place = volunteer.municipalities or volunteer.serves_whole_county or volunteer.serves_online
    said = {"offer": volunteer.engagements, "times": has_place, "spoken": volunteer.languages}
    return [name for name, value in said.items() if not value]


def _edit(part: str, form: PartForm):
    volunteer = _find_volunteer()
    if volunteer is None:
        return redirect(url_for(".index"))
    return _part_page(part, form.fill(volunteer), volunteer)


def _save(part: str, form: PartForm):
    """Save one part; what the office changed meanwhile is not overwritten unseen."""
    volunteer = _get_volunteer()
    if not form.validate_on_submit():
        return _part_page(part, form, volunteer), 422
    if form.is_outdated(volunteer):
        return _part_page(part, form, volunteer, stored=summary_of(volunteer)[part]), 409
    try:
        with db.session.begin_nested():
            form.write_to(volunteer)
    except IntegrityError:
        add_error(
            form["name"], _("Mit diesem Namen und dieser Adresse gibt es schon jemanden. Bitte rufen Sie uns an.")
        )
        return _part_page(part, form, volunteer), 422
    profile.save(volunteer)
    profile.inform(volunteer)
    profile.confirm(volunteer)
    _keep_account_alike(volunteer.person)
    db.session.commit()
    flash(_("Gespeichert: %(part)s.", part=str(PARTS[part])), "success")
    return redirect(url_for(".index"))


def _part_page(part: str, form: PartForm, volunteer: Volunteer, *, stored: profile_view.Facts | None = None) -> str:
    names = engagements.list_organisation_names(only_public=True) if part == "offer" else []
    return render_template(
        f"directory/{part}.html", form=form, title=PARTS[part], number=list(PARTS).index(part) + 1, stored=stored,
        person=volunteer.person, organisations=names[:ORGANISATIONS_NAMED],
    )  # fmt: skip


def _about_form() -> AboutForm:
    form = AboutForm()
    del form.email  # it is how they sign in, and proven
    return form


def _languages_form() -> LanguagesForm:
    volunteer = _find_volunteer()
    return LanguagesForm(known=volunteer.languages if volunteer else None)


def _pause_page(volunteer: Volunteer, form: PauseForm) -> str:
    is_paused = profile.is_paused(volunteer, on=clock.today())
    return render_template("directory/pause.html", form=form, volunteer=volunteer, is_paused=is_paused)


def _pause_words(until: date | None) -> str:
    if until is None:
        return _("Ihre Pause ist zu Ende. Willkommen zurück!")
    return _("Sie haben Pause bis %(day)s. Bis dahin fragt niemand an.", day=languages.day(until))


def _keep_account_alike(person: Person) -> None:
    user = signed_in_user()
    user.name, user.language = person.name, person.language


def _come_back(person: Person) -> None:
    """Forget that somebody once wanted to be deleted: now they want to be there."""
    erased.lift(name=person.name, email=person.email, phone=person.phone, postal_code=person.postal_code)


def _find_volunteer() -> Volunteer | None:
    person = service.find_person_of(signed_in_user())
    return profile.find_volunteer(person) if person is not None else None


def _get_volunteer() -> Volunteer:
    return _find_volunteer() or abort(404)
