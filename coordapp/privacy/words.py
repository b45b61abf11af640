"""What the columns of the tables are called, and what their values mean, for somebody who reads what is held."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coordapp.accounts.models import LinkPurpose, Role
from coordapp.directory import profile_words
from coordapp.directory.models import Channel, TargetGroup
from coordapp.directory.models_consent import DisclosureKind, GivenBy, Purpose
from coordapp.directory.models_import import Decision, Verdict
from coordapp.directory.models_profile import FieldOfAction, Frequency, Level, Mobility
from coordapp.events import words as events_words
from coordapp.events.models import CancelledBy, Need, RegistrationStatus
from coordapp.invitations.models import Answer
from coordapp.mailbox.models import MessageKind
from coordapp.outbox.models import MailStatus
from coordapp.round_tables.models import TopicStatus
from coordapp.shared import languages
from coordapp.trainings import request_words
from coordapp.trainings.models import RequestStatus

LABELS = {  # column: what it says; the same in all tables
    "name": _l("Name"),
    "address_as": _l("Anrede in Briefen und E-Mails"),
    "email": _l("E-Mail-Adresse"),
    "email_proven_at": _l("Adresse bestätigt am"),
    "email_bounced_at": _l("E-Mails kommen zurück seit"),
    "email_trouble": _l("Warum E-Mails zurückkommen"),
    "email_bounces": _l("So oft kam eine E-Mail zurück"),
    "phone": _l("Telefon"),
    "street": _l("Straße und Hausnummer"),
    "postal_code": _l("Postleitzahl"),
    "municipality": _l("Ort"),
    "channel": _l("Wie wir uns melden"),
    "language": _l("Sprache"),
    "wants_plain_language": _l("Einfache Sprache"),
    "organisation_id": _l("Verein oder Einrichtung"),
    "role": _l("Art des Zugangs"),
    "created_at": _l("Gespeichert am"),
    "last_signed_in_at": _l("Zuletzt angemeldet am"),
    "deactivated_at": _l("Gesperrt am"),
    "languages": _l("Sprachen"),
    "target_groups": _l("Für wen"),
    "municipalities": _l("Gemeinden"),
    "serves_whole_county": _l("Im ganzen Ilm-Kreis"),
    "serves_online": _l("Auch am Telefon oder im Internet"),
    "mobility": _l("Unterwegs"),
    "availability": _l("Zeiten"),
    "frequency": _l("Wie oft"),
    "paused_until": _l("Pause bis"),
    "clearance_seen_on": _l("Führungszeugnis gesehen am"),
    "clearance_fits": _l("Führungszeugnis in Ordnung"),
    "note": _l("Notiz"),
    "source": _l("Woher wir das haben"),
    "inform_until": _l("Wir müssen Ihnen Bescheid sagen bis"),
    "informed_at": _l("Sie wissen Bescheid seit"),
    "asked_at": _l("Zuletzt gefragt, ob alles stimmt"),
    "confirmed_at": _l("Zuletzt bestätigt am"),
    "field": _l("Handlungsfeld"),
    "activity": _l("Was genau"),
    "purpose": _l("Wofür"),
    "wording": _l("Wortlaut"),
    "given_by": _l("Zugestimmt"),
    "given_at": _l("Zugestimmt am"),
    "recorded_by_id": _l("Eingetragen von"),
    "withdrawn_at": _l("Zurückgenommen am"),
    "withdrawn_by": _l("Zurückgenommen"),
    "withdrawal_recorded_by_id": _l("Rücknahme eingetragen von"),
    "event_id": _l("Termin"),
    "entered_by_id": _l("Eingetragen von"),
    "party_size": _l("Personen"),
    "status": _l("Stand"),
    "needs": _l("Was Sie brauchen"),
    "interpreter_language": _l("Übersetzung in diese Sprache"),
    "queued_at": _l("Auf der Warteliste seit"),
    "proven_at": _l("Adresse bestätigt am"),
    "expires_at": _l("Gilt bis"),
    "cancelled_at": _l("Abgesagt am"),
    "cancelled_by": _l("Warum abgesagt"),
    "format_id": _l("Schulung"),
    "organisation_name": _l("Verein oder Einrichtung"),
    "field_of_work": _l("Worin Sie arbeiten oder helfen"),
    "contact_name": _l("Ansprechperson"),
    "topic": _l("Worum es geht"),
    "group_size": _l("So viele nehmen teil"),
    "wanted_when": _l("Wann es passt"),
    "wanted_where": _l("Wo es sein soll"),
    "handed_to": _l("Weitergegeben an"),
    "received_at": _l("Angekommen am"),
    "registration_id": _l("Anmeldung"),
    "event_date_id": _l("Tag"),
    "minutes": _l("Minuten"),
    "missed": _l("Minuten, die Sie fehlten (leer: Sie waren nicht da)"),
    "title": _l("Titel"),
    "completed_on": _l("Abgeschlossen am"),
    "provider": _l("Besucht bei"),
    "serial": _l("Nummer"),
    "contents": _l("Inhalte"),
    "trainer": _l("Leitung"),
    "dates": _l("Termine"),
    "place": _l("Ort"),
    "minutes_planned": _l("Minuten, geplant"),
    "minutes_attended": _l("Minuten, dabei gewesen"),
    "reduction": _l("Warum gekürzt"),
    "issued_at": _l("Ausgestellt am"),
    "issued_by_id": _l("Ausgestellt von"),
    "invited_at": _l("Eingeladen am"),
    "invited_by_id": _l("Eingeladen von"),
    "answer": _l("Antwort"),
    "answered_at": _l("Geantwortet am"),
    "reminded_at": _l("Erinnert am"),
    "mailed_at": _l("E-Mail geschrieben am"),
    "by_letter": _l("Als Brief"),
    "printed_at": _l("Brief gedruckt am"),
    "read_at": _l("Gelesen am"),
    "stamped_at": _l("Geschrieben am"),
    "settled_at": _l("Vom Büro erledigt am"),
    "text": _l("Text"),
    "assignee_name": _l("Wer"),
    "due_on": _l("Bis wann"),
    "done_at": _l("Erledigt am"),
    "values": _l("Gemeldete Angaben"),
    "reporter_name": _l("Ihr Name"),
    "reporter_email": _l("Ihre E-Mail-Adresse"),
    "decided_at": _l("Entschieden am"),
    "decided_by_id": _l("Entschieden von"),
    "is_taken": _l("Übernommen"),
    "description": _l("Beschreibung"),
    "page": _l("Seite"),
    "kind": _l("Was geschah"),
    "at": _l("Wann"),
    "by_id": _l("Wer"),
    "recipient": _l("An"),
    "recipient_name": _l("Name in der E-Mail"),
    "reason": _l("Grund"),
    "subject": _l("Betreff"),
    "sent_at": _l("Verschickt am"),
    "last_error": _l("Antwort des Mailservers"),
    "seen_at": _l("Vom Büro angesehen am"),
    "sheet": _l("Blatt"),
    "number": _l("Zeile"),
    "cells": _l("Inhalt der Zeile"),
    "repairs": _l("Vom Büro verbessert"),
    "verdict": _l("Ergebnis"),
    "decision": _l("Entscheidung"),
    "outcome": _l("Was daraus wurde"),
    "merged_by_id": _l("Zusammengelegt von"),
    "merged_at": _l("Zusammengelegt am"),
    "undone_at": _l("Rückgängig gemacht am"),
    "said_by_id": _l("Geprüft von"),
    "said_at": _l("Geprüft am"),
    "ended_at": _l("Abgemeldet am"),
    "used_at": _l("Benutzt am"),
}
MAIL_STATUS = {
    MailStatus.QUEUED: _l("wartet"),
    MailStatus.SENDING: _l("wird gerade verschickt"),
    MailStatus.SENT: _l("verschickt"),
    MailStatus.FAILED: _l("nicht angekommen"),
    MailStatus.EXPIRED: _l("nicht verschickt, weil nicht mehr nötig"),
}
MEANINGS: dict[type[StrEnum], Mapping] = {
    Role: {
        Role.VOLUNTEER: _l("Ehrenamt"), Role.CLUB: _l("Verein oder Einrichtung"), Role.COORDINATOR: _l("Büro"),
        Role.ADMINISTRATOR: _l("Technik"),
    },
    LinkPurpose: {
        LinkPurpose.SIGN_IN: _l("anmelden"), LinkPurpose.SET_UP: _l("einrichten"),
        LinkPurpose.CODE: _l("Code eingeben"),
    },
    Channel: profile_words.CHANNELS,
    FieldOfAction: profile_words.FIELDS,
    Mobility: profile_words.MOBILITIES,
    Frequency: profile_words.FREQUENCIES,
    Purpose: profile_words.PURPOSES,
    GivenBy: profile_words.GIVEN_BY,
    DisclosureKind: profile_words.DISCLOSURES,
    RegistrationStatus: events_words.STATUS,
    CancelledBy: {
        CancelledBy.PARTICIPANT: _l("von Ihnen"), CancelledBy.OFFICE: _l("vom Büro"),
        CancelledBy.NOT_CONFIRMED: _l("nicht rechtzeitig bestätigt"),
        CancelledBy.OFFER_EXPIRED: _l("Platz nicht rechtzeitig angenommen"),
    },
    Answer: {Answer.YES: _l("Ich komme"), Answer.NO: _l("Ich komme nicht"), Answer.MAYBE: _l("Vielleicht")},
    MessageKind: {
        MessageKind.HARD: _l("kam für immer zurück"), MessageKind.SOFT: _l("kam zurück"),
        MessageKind.POLICY: _l("wurde abgewiesen"), MessageKind.DELAYED: _l("kommt später an"),
        MessageKind.AUTO_REPLY: _l("automatische Antwort"), MessageKind.ANSWER: _l("Antwort aus einem Kalender"),
        MessageKind.OUTDATED: _l("Antwort aus einem Kalender, zu spät"),
        MessageKind.UNCLEAR: _l("Antwort aus einem Kalender, unklar"),
    },
    Verdict: {
        Verdict.NEW: _l("neu"), Verdict.CHANGED: _l("geändert"), Verdict.SAME: _l("gleich"),
        Verdict.DOUBLE: _l("vielleicht doppelt"), Verdict.ERROR: _l("nicht lesbar"),
        Verdict.LEFT_OUT: _l("weggelassen"), Verdict.SKIPPED: _l("übersprungen"),
    },
    Decision: {
        Decision.SAME_PERSON: _l("dieselbe Person"), Decision.SOMEBODY_ELSE: _l("jemand anderes"),
        Decision.LEAVE_OUT: _l("weggelassen"), Decision.IS_A_PERSON: _l("eine Person"),
    },
    MailStatus: MAIL_STATUS,
    RequestStatus: request_words.STATUS,
    TopicStatus: {
        TopicStatus.PROPOSED: _l("vorgeschlagen"), TopicStatus.ACCEPTED: _l("angenommen"),
        TopicStatus.DECLINED: _l("nicht angenommen"),
    },
}  # fmt: skip


def value(column: str, held: object) -> str:
    """Write one value in the reader's language; empty for nothing."""
    if held is None or held == "" or held == [] or held == {}:
        return ""
    if isinstance(held, bool):
        return _("ja") if held else _("nein")
    if isinstance(held, StrEnum):
        return str(MEANINGS.get(type(held), {}).get(held, held.value))
    if isinstance(held, datetime):
        return languages.moment(held)
    if isinstance(held, date):
        return languages.day(held)
    return _of_list(column, held) if isinstance(held, list | dict) else _short(column, str(held))


def _short(column: str, held: str) -> str:
    return languages.LANGUAGES.get(held, held) if column == "language" else held


def _of_list(column: str, held: list | dict) -> str:
    if isinstance(held, dict):
        return "; ".join(f"{_key(column, key)}: {_item(column, one)}" for key, one in held.items())
    if column == "availability":
        return "; ".join(profile_words.times_by_day(held))
    return ", ".join(_item(column, one) for one in held if one not in ("", None))


def _key(column: str, key: str) -> str:
    return profile_words.language_name(key) if column == "languages" else str(LABELS.get(key, key))


ITEMS: dict[str, tuple[type[StrEnum], Mapping]] = {  # what stands in lists
    "target_groups": (TargetGroup, profile_words.TARGET_GROUPS),
    "needs": (Need, events_words.NEEDS),
    "languages": (Level, profile_words.LEVELS),
}


def _item(column: str, one: object) -> str:
    if column not in ITEMS:
        return str(one)
    kind, meanings = ITEMS[column]
    return str(meanings[kind(one)]) if one in list(kind) else str(one)
