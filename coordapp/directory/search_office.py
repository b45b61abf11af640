"""The office's directory: find volunteers, keep searches, take a list along, see what nobody offers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, search, search_export, search_misses
from coordapp.directory.models_consent import DisclosureKind, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.models_search import SavedSearch
from coordapp.directory.profile import is_paused, is_silent
from coordapp.directory.profile_words import FIELDS
from coordapp.directory.search import Filters
from coordapp.directory.search_forms import ExportForm, FilterForm, NameForm
from coordapp.directory.search_words import (
    dropped_in_words,
    languages_in_words,
    parts_in_words,
    places_in_words,
    reason,
    times_in_words,
    why_it_fits,
)
from coordapp.extensions import db
from coordapp.shared import clock, excel
from coordapp.shared.forms import add_error
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("search_office", __name__)

PAGE = 50
WAYS = (  # beside the search
    ("Neue Person", "people_office.new"),
    ("Liste einlesen", "import_office.index"),
    ("Doppelte prüfen", "doubles_office.index"),
    ("Organisationen", "organisations_office.index"),
    ("Was gefehlt hat", "search_office.misses"),
)
TAKEN = "So heißt schon eine Suche. Bitte wählen Sie einen anderen Namen."


@dataclass(frozen=True)
class Hit:
    """One line of the list; no name and no contact data."""

    volunteer: Volunteer
    fields: list[str]
    languages: list[str]
    places: list[str]
    times: list[str]
    reasons: list[str]
    may_be_asked: bool
    is_asked: bool  # whether all is still right, and has not answered yet
    is_paused: bool
    is_silent: bool


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Show who fits, by initials."""
    return _list_page(_asked(), _hits_of_page())


@bp.post("/")
@open_to(Access.OFFICE)
def show_contact():
    """Show the name and contact data of one hit, this once, and log it."""
    filters, hits = _asked(), _hits_of_page()
    person_id = request.form.get("person_id", 0, type=int)
    volunteer = next((one for one in hits if one.person_id == person_id), None)
    if volunteer is None:
        flash("Diese Person passt nicht mehr zur Suche.", "warning")
        return redirect(_address(filters))
    consents.disclose([volunteer.person], DisclosureKind.VIEWED, by=signed_in_user(), reason=reason(filters))
    page = _list_page(filters, hits, shown_id=person_id)
    db.session.commit()
    return page


@bp.post("/suchen")
@open_to(Access.OFFICE)
def look():
    """Lead to what was asked for; a search for what nobody offers is counted."""
    filters = Filters.from_args(request.form)
    search_misses.note(filters, by=signed_in_user(), at=clock.now())
    db.session.commit()
    return redirect(f"{_address(filters)}#treffer", 303)


def _asked() -> Filters:
    return Filters.from_args(request.args)


def _address(filters: Filters, *, page: int = 1, endpoint: str = ".index") -> str:
    args: dict[str, Any] = {**filters.to_args(), "seite": page if page > 1 else None}
    return url_for(endpoint, **args)


def _hits_of_page() -> list[Volunteer]:
    return search.find(_asked(), at=clock.now(), limit=PAGE, offset=(asked_page() - 1) * PAGE)


def _list_page(filters: Filters, found: list[Volunteer], *, shown_id: int | None = None) -> str:
    at, page, names = clock.now(), asked_page(), search.organisation_names()
    number, parts = search.count(filters, at=at), parts_in_words(filters, names)
    return render_template(
        "directory/search_office/index.html", form=FilterForm.showing(filters, names), parts=parts, number=number,
        hits=_hits(found, filters), shown_id=shown_id, page=page, pages=count_pages(number, size=PAGE),
        page_address=lambda at: _address(filters, page=at), saved=_saved_links(filters),
        other_address=lambda endpoint: _address(filters, endpoint=endpoint),
        looser=[] if number else _looser(filters, parts), is_empty=not number and search.is_empty(),
        ways=WAYS,
    )  # fmt: skip


def _hits(found: list[Volunteer], filters: Filters) -> list[Hit]:
    agreed = search.purposes_of_each(found)
    return [_hit(volunteer, filters, agreed[volunteer.person_id], at=clock.now()) for volunteer in found]


def _hit(volunteer: Volunteer, filters: Filters, agreed: set[Purpose], *, at: datetime) -> Hit:
    return Hit(
        volunteer,
        fields=list(dict.fromkeys(str(FIELDS[one.field]) for one in volunteer.engagements)),
        languages=languages_in_words(volunteer),
        places=places_in_words(volunteer),
        times=times_in_words(volunteer),
        reasons=why_it_fits(volunteer, filters),
        may_be_asked=volunteer.informed_at is not None and Purpose.BROKERING in agreed,
        is_asked=volunteer.asked_at is not None and volunteer.asked_at > volunteer.confirmed_at,
        is_paused=is_paused(volunteer, on=clock.local(at).date()),
        is_silent=is_silent(volunteer, at=at),
    )


def _saved_links(filters: Filters) -> list[tuple[str, str, bool]]:
    """List the saved searches as name, address, and whether it is the one on the page."""
    saved = [(one.name, search.filters_of(one)) for one in search.list_saved()]
    return [(name, _address(wanted), wanted == filters) for name, wanted in saved]


def _looser(filters: Filters, parts: dict[str, str]) -> list[tuple[str, str, int]]:
    """List what is found with one filter less, in words, with address and number, the most hits first."""
    dropped = filters.looser()
    numbers = search.count_each(dropped, at=clock.now())
    found = [(dropped_in_words(part, parts), _address(dropped[part]), numbers[part]) for part in dropped]
    return sorted((one for one in found if one[2]), key=lambda one: -one[2])


@bp.get("/gefehlt/")
@open_to(Access.OFFICE)
def misses():
    """Show what was looked for and not found, by quarter."""
    return render_template("directory/search_office/misses.html", quarters=search_misses.list_quarters())


# searches under a name


@bp.get("/gespeichert/")
@open_to(Access.OFFICE)
def saved():
    """List the searches of the office."""
    names = search.organisation_names()
    searches = [(one, search.filters_of(one)) for one in search.list_saved()]
    numbers = search.count_each({str(one.id): wanted for one, wanted in searches}, at=clock.now())
    lines = [
        (one, _address(wanted), ", ".join(parts_in_words(wanted, names).values()), numbers[str(one.id)])
        for one, wanted in searches
    ]
    return render_template("directory/search_office/saved.html", lines=lines)


@bp.get("/speichern/")
@open_to(Access.OFFICE)
def save():
    """Ask under which name to keep a search."""
    return _save_page(NameForm())


@bp.post("/speichern/")
@open_to(Access.OFFICE)
def do_save():
    """Keep a search under a name."""
    filters, form = _asked(), NameForm()
    if not form.validate_on_submit() or not _is_free(
        form, lambda: search.save_search(form.name.data or "", filters, by=signed_in_user())
    ):
        return _save_page(form), 422
    db.session.commit()
    flash(f"Gespeichert. „{form.name.data}“ steht jetzt über der Liste, für alle im Büro.", "success")
    return redirect(_address(filters))


@bp.get("/gespeichert/<int:saved_search_id>/")
@open_to(Access.OFFICE)
def edit(saved_search_id: int):
    """Show the name of a search, to be changed."""
    saved_search = db.get_or_404(SavedSearch, saved_search_id)
    return _edit_page(saved_search, NameForm(name=saved_search.name))


@bp.post("/gespeichert/<int:saved_search_id>/")
@open_to(Access.OFFICE)
def rename(saved_search_id: int):
    """Give a search another name."""
    saved_search, form = db.get_or_404(SavedSearch, saved_search_id), NameForm()
    name = form.name.data or ""
    if not form.validate_on_submit() or not _is_free(form, lambda: search.rename_search(saved_search, name)):
        return _edit_page(saved_search, form), 422
    db.session.commit()
    flash("Gespeichert.", "success")
    return redirect(url_for(".saved"))


@bp.post("/gespeichert/<int:saved_search_id>/loeschen")
@open_to(Access.OFFICE)
def delete(saved_search_id: int):
    """Forget a search, and show it once more, so that it can be kept again."""
    saved_search = db.get_or_404(SavedSearch, saved_search_id)
    filters = search.filters_of(saved_search)
    search.delete_search(saved_search)
    flash(f"„{saved_search.name}“ ist gelöscht. Die Suche steht noch hier, Sie können sie wieder speichern.", "success")
    db.session.commit()
    return redirect(_address(filters))


def _is_free(form: NameForm, keep: Callable[[], object]) -> bool:
    """Keep a search; when another has that name, say so beside the field."""
    try:
        keep()
    except IntegrityError:
        db.session.rollback()
        add_error(form.name, TAKEN)
        return False
    return True


def _edit_page(saved_search: SavedSearch, form: NameForm) -> str:
    return render_template("directory/search_office/edit.html", saved_search=saved_search, form=form)


def _save_page(form: NameForm) -> str:
    filters = _asked()
    return render_template(
        "directory/search_office/save.html", form=form, back=_address(filters),
        words=", ".join(parts_in_words(filters, search.organisation_names()).values()),
    )  # fmt: skip


# a list to take along


@bp.get("/liste/")
@open_to(Access.OFFICE)
def export():
    """Ask what a list of all hits is for."""
    return _export_page(ExportForm())


@bp.post("/liste/")
@open_to(Access.OFFICE)
def do_export():
    """Give out all hits as an Excel file, and log it for each of them."""
    filters, form, at, by = _asked(), ExportForm(), clock.now(), signed_in_user()
    if not form.validate_on_submit():
        return _export_page(form), 422
    volunteers, purpose = search.find(filters, at=at), form.purpose.data or ""
    looked_for = ", ".join(parts_in_words(filters, search.organisation_names()).values())
    file = search_export.list_file(
        volunteers, search.purposes_of_each(volunteers), search_export.Occasion(purpose, by.name, at, looked_for)
    )
    people = [volunteer.person for volunteer in volunteers]
    consents.disclose(people, DisclosureKind.EXPORTED, by=by, reason=purpose)
    db.session.commit()
    headers = {"Content-Disposition": f'attachment; filename="Ehrenamtliche-{clock.local(at):%Y-%m-%d}.xlsx"'}
    return Response(file, mimetype=excel.FILE_TYPE, headers=headers)


def _export_page(form: ExportForm) -> str:
    filters = _asked()
    return render_template(
        "directory/search_office/export.html", form=form, number=search.count(filters, at=clock.now()),
        back=_address(filters), words=", ".join(parts_in_words(filters, search.organisation_names()).values()),
    )  # fmt: skip
