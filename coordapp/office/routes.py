"""Where the office begins: what needs somebody now, the next event, and the search."""

from flask import Blueprint, render_template, request

from coordapp.accounts.guards import Access, open_to
from coordapp.events import words
from coordapp.events.models import Need
from coordapp.office import service
from coordapp.shared import clock, text

bp = Blueprint("office", __name__)

LONGEST_SEARCH = 100  # letters


@bp.get("/")
@open_to(Access.OFFICE)
def start():
    """Show what needs somebody now, and the next event with its numbers."""
    now = clock.now()
    return render_template(
        "office/start.html", lines=service.list_attention(now), upcoming=service.find_upcoming(now), now=now,
        need_words=words.NEEDS_IN_OFFICE, interpreter=Need.INTERPRETER,
    )  # fmt: skip


@bp.get("/suche/")
@open_to(Access.OFFICE)
def search():
    """Find events and people."""
    typed = text.one_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    hits = service.search(typed, clock.now())
    return render_template("office/search.html", typed=typed, hits=hits, most=service.MOST, status=words.STATUS)
