"""My trainings: what is coming, what somebody completed, and all of it on one sheet."""

from flask import Blueprint, render_template

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import profile
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.shared.pdf import pdf_response
from coordapp.trainings import mine
from coordapp.trainings.mine_forms import SheetForm

bp = Blueprint("my_trainings", __name__)
bp.after_request(sign_ins.keep_out_of_caches)


@bp.get("/")
@open_to(Access.SIGNED_IN)
def show():
    """Show the trainings of somebody, and offer the sheet."""
    person = directory.find_person_of(signed_in_user())
    form = SheetForm()
    if person is not None:
        form.offer(person, profile.find_volunteer(person))
    return _page(person, form)


@bp.post("/")
@open_to(Access.SIGNED_IN)
def sheet():
    """Give out the sheet as a PDF; what was typed for it is not stored."""
    person, form = directory.find_person_of(signed_in_user()), SheetForm()
    if person is None or not form.validate_on_submit():
        return _page(person, form), 422
    made = mine.make_sheet(person, mine.list_completed(person), form)
    return pdf_response(made, filename="meine-schulungen.pdf", is_kept=True)


def _page(person: Person | None, form: SheetForm) -> str:
    completed = mine.list_completed(person) if person is not None else []
    return render_template(
        "trainings/mine/show.html", coming=mine.list_coming(person) if person is not None else [],
        completed=completed, total=mine.sum_of(completed), form=form,
    )  # fmt: skip
