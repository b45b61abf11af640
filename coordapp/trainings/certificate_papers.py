"""Certificates on paper: one page each, many in one file. Birth dates pass through and are kept nowhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import undefer

from coordapp.extensions import db
from coordapp.shared import languages
from coordapp.shared.links import external
from coordapp.shared.pdf import make_pdf, qr_code
from coordapp.trainings import hours, words
from coordapp.trainings.models import Certificate, Funder, Training, format_funder

MASK = 4  # of the QR codes
Born = Mapping[int, date]  # id of a certificate: when its person was born


def print_certificates(certificates: Sequence[Certificate], *, born: Born) -> bytes:
    """Return certificates as a PDF (PDF/UA-1), one page each, in German; the birth date only where it is given."""
    settings = current_app.config
    funders = _funders({one.event_id for one in certificates if one.event_id is not None})
    with force_locale("de"):
        facts = {
            "office": settings["OFFICE_NAME"],
            "address": settings["OFFICE_ADDRESS"],
            "ways": f"{settings['OFFICE_PHONE']} · {settings['OFFICE_EMAIL']}",
            "county": settings["COUNTY_NAME"],
            "logo": _logo(settings["CERTIFICATE_LOGO"]),
            "signature": settings["CERTIFICATE_SIGNATURE"] or settings["OFFICE_NAME"],
            "check_page": external("certificates.check"),
            "funders": {str(event_id): [_funder(one) for one in some] for event_id, some in funders.items()},
            "certificates": [_certificate(one, born=born.get(one.id)) for one in certificates],
        }
    try:
        return make_pdf("trainings/certificate.typ", facts)
    except RuntimeError:  # a broken picture keeps nobody from their certificate: names stand in the place of logos
        return make_pdf("trainings/certificate.typ", _without_pictures(facts))


def _without_pictures(facts: dict) -> dict:
    funders = {event_id: [one | {"logo": None} for one in some] for event_id, some in facts["funders"].items()}
    return facts | {"logo": None, "funders": funders}


def filename(certificates: Sequence[Certificate]) -> str:
    """Return a name that tells nobody's: "bescheinigung-IK-2026-7F3K-9QXD.pdf", "bescheinigungen.pdf"."""
    return f"bescheinigung-{certificates[0].serial}.pdf" if len(certificates) == 1 else "bescheinigungen.pdf"


def _certificate(certificate: Certificate, *, born: date | None) -> dict:
    missing = certificate.minutes_planned - certificate.minutes_attended
    person = certificate.person
    return {
        "name": person.name if person else "",
        "born": languages.short_day(born) if born else "",
        "title": certificate.title,
        "dates": certificate.dates.splitlines(),
        "place": certificate.place,
        "planned": hours.length(certificate.minutes_planned),
        "attended": hours.length(certificate.minutes_attended),
        "reduction": f"gekürzt: {certificate.reduction}" if missing > 0 else "",
        "trainer": certificate.trainer,
        "contents": words.lines(certificate.contents),
        "issued": languages.short_day(certificate.issued_at),
        "serial": certificate.serial,
        "qr": qr_code(external("certificates.check", nummer=certificate.serial), mask=MASK),
        "event": str(certificate.event_id),
    }


def _logo(path: str) -> bytes | None:
    return Path(path).read_bytes() if path and Path(path).is_file() else None


def _funder(funder: Funder) -> dict:
    return {"name": funder.name, "logo": funder.logo if funder.logo_type else None}


def _funders(event_ids: set[int]) -> dict[int, list[Funder]]:
    """Return who paid for some trainings, with their logos, by the id of the event."""
    rows = db.session.execute(
        select(Training.event_id, Funder)
        .join(format_funder, format_funder.c.format_id == Training.format_id)
        .join(Funder, Funder.id == format_funder.c.funder_id)
        .where(Training.event_id.in_(event_ids))
        .options(undefer(Funder.logo))
        .order_by(Funder.name)
    )
    found: dict[int, list[Funder]] = {}
    for event_id, funder in rows:
        found.setdefault(event_id, []).append(funder)
    return found
