"""Asking for a training of one's own: clubs, offices, firms."""

from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import limits
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.directory import representatives
from coordapp.events.occupancy import occupancies
from coordapp.events.rules import State, state
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import request_words, requests, service
from coordapp.trainings.request_forms import ANOTHER, RequestForm

bp = Blueprint("training_requests", __name__)

REQUESTS_PER_HOUR = 20  # from one network address
RECEIPTS_PER_HOUR = 5  # to one mailbox, so that nobody is flooded
HOUR = timedelta(hours=1)


@bp.after_request
def keep_secrets(response: Response) -> Response:
    """Keep the pages behind the links out of caches: they are secrets."""
    return keep_out_of_caches(response) if "token" in (request.view_args or {}) else response


@bp.get("/")
@open_to(Access.EVERYONE)
def ask():
    """Ask what is wanted, with the entry of the catalogue that is named in the address."""
    form = _form(_known())
    wanted = request.args.get("angebot", ANOTHER, type=int)
    if wanted in (int(choice.value) for choice in form.format_id.choices or ()):
        form.format_id.data = wanted
    return _page(form)


@bp.post("/")
@open_to(Access.EVERYONE)
def send():
    """Take a request."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    if not _is_within_limits(form):
        return _page(form), 429
    user_id = current_user.id if current_user.is_authenticated else None
    requests.receive(**form.said(), user_id=user_id)
    db.session.commit()
    return redirect(url_for(".received"))


@bp.get("/danke/")
@open_to(Access.EVERYONE)
def received():
    """Say what happens next."""
    return render_template("trainings/requests/received.html")


@bp.get("/stand/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Say where a request stands; of what a stranger may have typed nothing is shown."""
    asked = requests.find_request(token) or abort(404)
    now, trainings = clock.now(), requests.list_trainings_of(asked)
    groups = [one for one in trainings if one.group_token and state(one.event, at=now) is State.PUBLISHED]
    title = asked.format.title if asked.format is not None and not asked.format.is_confidential else None
    return render_template(
        "trainings/requests/show.html", asked=asked, title=title, groups=groups,
        taken={event_id: held.taken for event_id, held in occupancies(one.event for one in groups).items()},
        status=request_words.STATUS_LONG[asked.status],
    )  # fmt: skip


def _known() -> dict:
    """Return what is known of who is signed in."""
    if not current_user.is_authenticated:
        return {}
    return {"contact_name": current_user.name, "email": current_user.email}


def _form(known: dict | None = None) -> RequestForm:
    form = RequestForm(data=known)
    represented = representatives.list_represented(signed_in_user()) if current_user.is_authenticated else []
    form.offer(service.list_formats(offered_only=True), represented=represented)
    return form


def _page(form: RequestForm) -> str:
    return render_template("trainings/requests/ask.html", form=form)


def _is_within_limits(form: RequestForm) -> bool:
    """Count a request and tell whether it may be taken; the count is kept either way."""
    tries = [
        ("training-request", limits.network(), REQUESTS_PER_HOUR),
        ("training-request-receipt", form.email.data or "", RECEIPTS_PER_HOUR),
    ]
    if limits.hit_all(tries, window=HOUR):
        return True
    db.session.commit()
    message = _("Von Ihrem Internet-Anschluss kamen zu viele Anfragen. Bitte rufen Sie uns an.")
    form.form_errors = [*form.form_errors, message]
    return False
