"""Invitations on paper: one PDF with a letter for each person, with a picture to photograph and a code to type."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from coordapp.accounts.models import User
from coordapp.directory import consents, notices, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import DisclosureKind
from coordapp.directory.models_profile import Volunteer
from coordapp.events import words as event_words
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.invitations import codes, texts
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.invitations.selection import check
from coordapp.shared import clock, languages
from coordapp.shared.links import external
from coordapp.shared.pdf import make_pdf, qr_code

PRINTABLE = (MailingStatus.SENDING, MailingStatus.PAUSED, MailingStatus.SENT, MailingStatus.SCHEDULED)


# deeds


def print_letters(mailing: Mailing, *, by: User, again: bool = False) -> bytes | None:
    """Return the letters that are not printed yet, or all, as one PDF, and note that they are; None without any.

    Who withdrew their consent since, or registered, gets none. That the office sees the addresses is logged.
    """
    due = [one for one in list_letters(mailing) if again or one.printed_at is None]
    reached = {one.id for one in check(mailing.event, [one.person for one in due], counts_invited=False).reachable}
    due = [one for one in due if one.person_id in reached]
    if not due or mailing.status not in PRINTABLE:
        return None
    made = compose(mailing, due)
    reason = "Brief: Einladung" + ("" if mailing.event.is_confidential else f" zu {mailing.event.title}")
    consents.disclose([one.person for one in due], DisclosureKind.EXPORTED, by=by, reason=reason)
    for invitation in due:
        invitation.printed_at = invitation.printed_at or clock.now()
        volunteer = profile.find_volunteer(invitation.person)
        if volunteer is not None:
            profile.inform(volunteer)
    db.session.flush()
    return made


def compose(mailing: Mailing, invitations: Sequence[Invitation]) -> bytes:
    """Write letters as a PDF (PDF/UA-1), each in its reader's language."""
    settings = current_app.config
    facts = {
        "office": settings["OFFICE_NAME"],
        "address": settings["OFFICE_ADDRESS"],
        "ways": f"{settings['OFFICE_PHONE']} · {settings['OFFICE_EMAIL']}",
        "title": event_words.outside_title(mailing.event),
        "letters": [_letter(mailing, invitation) for invitation in invitations],
    }
    return make_pdf("invitations/mailings_office/letter.typ", facts)


# questions


def list_letters(mailing: Mailing) -> list[Invitation]:
    """List the invitations of a mailing that go by post, by name."""
    query = select(Invitation).join(Invitation.person).order_by(Person.name_key, Invitation.id)
    return list(db.session.scalars(query.where(Invitation.mailing_id == mailing.id, Invitation.by_letter)))


def filename(mailing: Mailing) -> str:
    """Return a name that says what it is and of which day: "einladungen-2027-03-16.pdf"."""
    return f"einladungen-{clock.local(mailing.event.starts_at):%Y-%m-%d}.pdf"


# one letter


def _letter(mailing: Mailing, invitation: Invitation) -> dict:
    event, person = mailing.event, invitation.person
    language = person.language if person.language in languages.LANGUAGES else "de"
    text = texts.own(mailing, language) or texts.on_paper(event, language)
    words = texts.fill_in(text, event=event, people=[person], language=language)
    with force_locale(language):
        return {
            "language": language,
            "is_rtl": language in languages.RIGHT_TO_LEFT,
            "recipient": [person.name, person.street, f"{person.postal_code} {person.municipality}".strip()],
            "day": languages.day(clock.today()),
            "title": words.subject,
            "paragraphs": words.paragraphs,
            "facts": _facts(event),
            "qr": qr_code(external("invitations.show", token=invitation.token)),
            "web": external("invitation_codes.ask"),
            "code": codes.shown(invitation.code or ""),
            "phone": current_app.config["OFFICE_PHONE"],
            "words": _words(event),
            "notices": _notices(profile.find_volunteer(person)),
        }


def _facts(event: Event) -> list[tuple[str, str]]:
    place, shows = event.place, not event.hides_address
    facts = [(_("Wann"), languages.span(date.starts_at, date.ends_at)) for date in event.dates]
    if place is not None:
        facts.append((_("Wo"), f"{place.name}, {place.address}" if shows else place.municipality))
        facts.append((_("Haltestelle"), place.stop if shows else ""))
        facts.append((_("Letzte Fahrt zurück"), place.last_bus if shows else ""))
    if event.is_confidential:
        facts.append((_("Worum es geht"), event.title))
    return [(label, value) for label, value in facts if value]


def _words(event: Event) -> dict[str, str]:
    return {
        "answer": _("So antworten Sie"),
        "deadline": _("Bitte antworten Sie bis %(moment)s.", moment=languages.moment(event.registration_closes_at)),
        "photo": _("Mit dem Handy: Halten Sie die Kamera auf dieses Bild. Dann öffnet sich Ihre Einladung."),
        "web": _("Im Internet: Öffnen Sie diese Adresse und geben Sie den Code ein."),
        "address": _("Adresse"),
        "code": _("Code"),
        "phone": _("Am Telefon: Rufen Sie uns an."),
        "needs": _(
            "Brauchen Sie etwas, zum Beispiel eine Übersetzung, Kinderbetreuung oder eine Mitfahrt? "
            "Sagen Sie es uns gleich dazu."
        ),
        "picture": _("Bild zum Fotografieren: Es führt zu Ihrer Einladung."),
        "closing": _("Freundliche Grüße"),
    }


def _notices(volunteer: Volunteer | None) -> dict | None:
    """Return what somebody must know whose data came from a list (Art. 14 DSGVO)."""
    if volunteer is None or volunteer.informed_at is not None:
        return None
    introduction = notices.introduction()
    return {
        "title": _("Was wir über Sie gespeichert haben"),
        "introduction": introduction[:1].upper() + introduction[1:],  # it has no capital letter after a greeting
        "sections": [asdict(section) for section in notices.sections(volunteer)],
    }
