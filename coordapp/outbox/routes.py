"""The page "Postausgang": what was written to whom, whether it arrived, and why not."""

import re

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from coordapp.extensions import db
from coordapp.outbox import service, trays
from coordapp.outbox.models import Mail
from coordapp.outbox.rules import reason
from coordapp.shared import clock
from coordapp.shared.access import Access, open_to
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("outbox", __name__)

PAGE = 50
ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")
LINK = Markup('<a href="{0}">{0}</a>')


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the mails, newest first, all or those of one tray."""
    name, page = request.args.get("ablage", ""), asked_page()
    tray = trays.Tray(name) if name in list(trays.Tray) else None
    numbers = trays.count_by_tray()
    found = numbers[tray] if tray else sum(numbers.values())
    return render_template(
        "outbox/index.html", mails=trays.list_mails(tray, limit=PAGE, offset=(page - 1) * PAGE),
        tray=tray, numbers=numbers, labels=trays.LABELS, tray_of=trays.tray_of, reason=reason,
        is_sending=service.is_sending_configured(), trouble=service.find_trouble(),
        page=page, pages=count_pages(found, size=PAGE), page_url=lambda at: url_for(".index", ablage=tray, seite=at),
    )  # fmt: skip


@bp.get("/<int:mail_id>")
@open_to(Access.OFFICE)
def show(mail_id: int):
    """Show one mail as it was sent; one with a sign-in link only where no mails are sent at all."""
    mail, is_sending = db.get_or_404(Mail, mail_id), service.is_sending_configured()
    return render_template(
        "outbox/show.html", mail=mail, state=trays.LABELS[trays.tray_of(mail)], reason=reason(mail.last_error),
        is_hidden=mail.is_secret and is_sending, text=_with_own_links(mail.text),
        can_be_resent=mail.can_be_resent(at=clock.now()), can_be_settled=trays.tray_of(mail) is trays.Tray.FAILED,
    )  # fmt: skip


@bp.post("/<int:mail_id>/noch-einmal")
@open_to(Access.OFFICE)
def resend(mail_id: int):
    """Put a mail that did not arrive in line again."""
    mail = db.get_or_404(Mail, mail_id)
    is_queued = trays.resend(mail.id)
    db.session.commit()
    if is_queued:
        flash("Die Mail wird noch einmal gesendet.", "success")
    else:
        flash("Diese Mail kann nicht noch einmal gesendet werden.", "warning")
    return redirect(url_for(".show", mail_id=mail_id))


@bp.post("/noch-einmal")
@open_to(Access.OFFICE)
def resend_all():
    """Put all mails that did not arrive in line again."""
    number = trays.resend_all()
    db.session.commit()
    flash("Eine Mail wird noch einmal gesendet." if number == 1 else f"{number} Mails werden noch einmal gesendet.")
    return redirect(url_for(".index"))


@bp.post("/<int:mail_id>/erledigt")
@open_to(Access.OFFICE)
def settle(mail_id: int):
    """Note that the office has dealt with a mail that did not arrive."""
    trays.settle(db.get_or_404(Mail, mail_id))
    db.session.commit()
    flash("Die Mail ist erledigt.", "success")
    return redirect(url_for(".index", ablage=trays.Tray.FAILED))


def _with_own_links(text: str) -> Markup:
    """Return a text with the addresses of this site as links; others stay words, somebody may have typed them."""
    here = current_app.config["BASE_URL"] + "/"
    return Markup("").join(LINK.format(part) if part.startswith(here) else part for part in ADDRESS.split(text))
