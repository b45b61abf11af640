"""Certificates by link, and checking one by its number."""

from flask import Blueprint, abort, render_template, request

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to
from coordapp.shared.pdf import pdf_response
from coordapp.trainings import certificate_papers, certificates, hours
from coordapp.trainings.certificate_forms import CheckForm, PaperForm
from coordapp.trainings.models import Certificate

bp = Blueprint("certificates", __name__)
bp.after_request(sign_ins.keep_out_of_caches)


@bp.get("/pruefen/")
@open_to(Access.EVERYONE)
def check():
    """Say whether a number is valid, and nothing else about it.

    Tries are not counted, since no GET changes anything: who guesses a number of 40 random bits learns only a day.
    """
    form = CheckForm(request.args)
    if not request.args.get("nummer"):
        return render_template("trainings/certificates/check.html", form=CheckForm(None), found=None, is_asked=False)
    if not form.validate():
        return render_template("trainings/certificates/check.html", form=form, found=None, is_asked=False), 422
    found = certificates.find_by_number(form.nummer.data or "")
    return render_template("trainings/certificates/check.html", form=form, found=found, is_asked=True)


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Show a certificate to whoever has its link, to be printed."""
    return _page(_find(token), PaperForm())


@bp.post("/<token>/")
@open_to(Access.EVERYONE)
def paper(token: str):
    """Give out a certificate as a PDF, with the birth date that was typed, which is not stored."""
    certificate, form = _find(token), PaperForm()
    if not certificate.is_valid:
        return _page(certificate, form), 410
    if not form.validate_on_submit():
        return _page(certificate, form), 422
    born = {certificate.id: form.born.data} if form.born.data else {}
    made = certificate_papers.print_certificates([certificate], born=born)
    return pdf_response(made, filename=certificate_papers.filename([certificate]), is_kept=True)


def _find(token: str) -> Certificate:
    return certificates.find_by_token(token) or abort(404)


def _page(certificate: Certificate, form: PaperForm) -> str:
    return render_template(
        "trainings/certificates/show.html", certificate=certificate, form=form,
        hours=hours.attended_of(certificate.minutes_attended, certificate.minutes_planned),
    )  # fmt: skip
