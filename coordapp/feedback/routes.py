"""Answering after an event, anonymously, and what a trainer may see of it.

Nothing here counts, limits or notes who comes: a counter with a time would stand beside the answer.
"""

from flask import Blueprint, redirect, render_template, url_for

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback import results, rules, service
from coordapp.feedback.forms import FeedbackForm

bp = Blueprint("feedback", __name__)
bp.after_request(sign_ins.keep_out_of_caches)  # the links are secrets


@bp.get("/danke/")
@open_to(Access.EVERYONE)
def thanks():
    """Thank for an answer; the page is the same for everybody."""
    return render_template("feedback/thanks.html")


@bp.get("/ergebnis/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Show what came of the questions to whom the office gave the link."""
    event = service.find_shared_event(token)
    if event is None:
        return render_template("feedback/gone_results.html"), 404
    return render_template(
        "feedback/show.html", event=event, results=results.shared_results_of(event), fewest=rules.FEWEST
    )


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def ask(token: str):
    """Show the questions; mail scanners open every link, so this uses nothing up."""
    event = service.find_asked_event(token)
    return _page(FeedbackForm(), event) if event is not None else _gone()


@bp.post("/<token>/")
@open_to(Access.EVERYONE)
def answer(token: str):
    """Keep an answer, once for each link."""
    event = service.find_asked_event(token)
    if event is None:
        return _gone()
    form = FeedbackForm()
    if not form.validate_on_submit():
        return _page(form, event), 422
    if not service.answer(token, **form.given()):
        return _gone()
    db.session.commit()
    return redirect(url_for(".thanks"))


def _page(form: FeedbackForm, event: Event) -> str:
    return render_template("feedback/ask.html", form=form, event=event, fewest=rules.FEWEST)


def _gone():
    return render_template("feedback/gone.html"), 404
