"""Everything that is held about somebody, over all rooms: one list of tables, from which page and file are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Column, Table, or_, select

from coordapp.accounts.models import User
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_consent import Purpose
from coordapp.directory.wordings import wording
from coordapp.events.models import Event, EventDate, Registration
from coordapp.extensions import db
from coordapp.privacy import erasure, mails_to
from coordapp.shared import clock, languages
from coordapp.trainings import requests
from coordapp.trainings.models import TrainingFormat

Row = dict[str, object]


@dataclass(frozen=True)
class Source:
    """A table that holds something about people: which columns tie a row to person, account, registration, address."""

    title: LazyString
    person: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    registration: str = ""
    address: str = ""


SOURCES = {
    "person": Source(_l("Name und Kontakt"), person=("id",)),
    "account": Source(_l("Zugang"), account=("id",)),
    "volunteer": Source(_l("Eintrag im Verzeichnis der Ehrenamtlichen"), person=("person_id",)),
    "engagement": Source(_l("Was Sie machen"), person=("person_id",)),
    "consent": Source(_l("Zustimmungen"), person=("person_id",)),
    "registration": Source(_l("Anmeldungen"), person=("person_id",)),
    "training_answers": Source(_l("Was Sie bei Schulungen angegeben haben"), registration="registration_id"),
    "training_attendance": Source(_l("Wie lange Sie bei Schulungen da waren"), registration="registration_id"),
    "training_record": Source(_l("Schulungen, die Sie besucht haben"), person=("person_id",)),
    "certificate": Source(_l("Bescheinigungen"), person=("person_id",)),
    "invitation": Source(_l("Einladungen"), person=("person_id",)),
    "topic": Source(_l("Vorgeschlagene Themen"), person=("person_id",)),
    "task": Source(_l("Aufgaben aus Runden Tischen"), person=("assignee_id",), account=("staff_id",)),
    "representative": Source(_l("Vereine, für die Sie sprechen"), account=("user_id",)),
    "organisation_report": Source(_l("Meldungen zu Vereinen"), account=("reported_by_id",), address="reporter_email"),
    "barrier_report": Source(_l("Gemeldete Barrieren"), address="email"),
    "training_interest": Source(_l("Nächste Gruppen, auf die Sie warten"), person=("person_id",)),
    "training_request": Source(_l("Anfragen nach einer Schulung"), account=("user_id",), address="email"),
    "disclosure": Source(_l("Wer Ihre Kontaktdaten gesehen oder bekommen hat"), person=("person_id",)),
    "mail": Source(_l("E-Mails an Sie"), address="recipient"),
    "mailbox_message": Source(_l("Antworten und zurückgekommene E-Mails"), person=("person_id",)),
    "import_row": Source(_l("Zeilen aus Listen des Büros"), person=("person_id",)),
    "import_memory": Source(_l("Entscheidungen beim Einlesen von Listen"), person=("person_id",)),
    "merger": Source(_l("Doppelte Einträge, zusammengelegt"), person=("kept_id", "merged_id")),
    "not_same": Source(_l("Nicht doppelt, vom Büro geprüft"), person=("person_id", "other_id")),
    "sign_in": Source(_l("Geräte, auf denen Sie angemeldet waren"), account=("user_id",)),
    "sign_in_link": Source(_l("Links zum Anmelden"), account=("user_id",)),
    "sign_up_link": Source(_l("Links zum Anlegen eines Zugangs"), address="email"),
    "recovery_code": Source(_l("Ersatzcodes"), account=("user_id",)),
}
WORK_OF_THE_OFFICE = frozenset({  # who of the office did something: about the office's work, not about them
    "certificate.issued_by_id", "training_record.recorded_by_id",
    "consent.recorded_by_id", "consent.withdrawal_recorded_by_id", "disclosure.by_id", "import_list.created_by_id",
    "invitation.entered_by_id", "invitation.invited_by_id", "mailing.created_by_id", "merger.merged_by_id",
    "not_same.said_by_id", "organisation_report.decided_by_id", "registration.entered_by_id",
    "round_table.minutes_saved_by_id", "saved_search.created_by_id",
})  # fmt: skip
SECRETS = frozenset(
    {"token", "token_hash", "password_hash", "totp_secret", "totp_last_step", "code", "code_hash", "made_with"}
)
COPIES = frozenset({  # what repeats other columns in a form for machines
    "name_key", "search_text", "facets", "html", "calendar", "calendar_method", "key", "message_id", "in_reply_to",
    "unsubscribe_url", "template", "held_until", "next_attempt_at", "first_tried_at", "tried_at", "attempts",
    "is_secret", "sequence", "event_sequence", "revision", "row_hash", "moved", "before", "after", "done", "candidates",
    "guesses", "problems", "changes", "import_row.values", "twin_number", "next_path", "mail_key", "digest",
    "user_id", "staff_id", "reported_by_id",
})  # fmt: skip
OFFICE = "Büro"


def collect(person: Person | None, user: User | None) -> dict[str, list[Row]]:
    """Return all rows about somebody by table; tables without any are left out."""
    people = erasure.identities(person) if person is not None else []
    found = {name: _rows(name, source, people, user) for name, source in SOURCES.items()}
    return {name: rows for name, rows in found.items() if rows}


def given_out(table: Table) -> list[Column]:
    """List the columns of a table that are given out: all but secrets, copies and bare numbers of rows."""
    return [
        column for column in table.columns
        if not {column.name, str(column)} & (SECRETS | COPIES)
        and not (column.primary_key and column.name == "id")
        and not (column.foreign_keys and _target(column) not in NAMED)
    ]  # fmt: skip


def as_json(held: dict[str, list[Row]]) -> dict:
    """Return what is held as plain values, for a file that other programs can read."""
    tables = {name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in held.items()}
    return {"made_at": clock.now().isoformat(), "held": tables}


def _rows(name: str, source: Source, people: list[Person], user: User | None) -> list[Row]:
    table = db.metadata.tables[name]
    conditions = [table.c[column].in_([person.id for person in people]) for column in source.person]
    if user is not None:
        conditions += [table.c[column] == user.id for column in source.account]
    if source.registration and people:
        made = select(Registration.id).where(Registration.person_id.in_([person.id for person in people]))
        conditions.append(table.c[source.registration].in_(made))
    if source.address:
        conditions.append(_of_address(name, table.c[source.address], people, user))
    if not conditions:
        return []
    keys = list(table.primary_key.columns)
    rows = db.session.execute(select(table).where(or_(*conditions)).order_by(*keys)).mappings().all()
    names = {column.name: _names(column, [row[column.name] for row in rows]) for column in given_out(table)}
    held = [{key: known.get(row[key], row[key]) if known else row[key] for key, known in names.items()} for row in rows]
    return [_with_wording(row) for row in held] if name == "consent" else held


def _with_wording(consent: Row) -> Row:
    """Put the text that somebody agreed to in the place of its number."""
    return consent | {"wording": str(wording(Purpose(consent["purpose"]), int(str(consent["wording"]))))}


def _of_address(name: str, column: Column, people: list[Person], user: User | None):
    """Return the condition for rows known by an address only; a couple's mails are told apart by the name."""
    if name == "mail" and people:
        ids = [mail.id for person in people for mail in mails_to.list_mails(person)]
        return column.table.c.id.in_(ids)
    addresses = {person.email for person in people if person.email and not mails_to.shares_address(person)}
    known = column.in_(addresses | ({user.email} if user is not None else set()))
    if name == "training_request":
        return or_(known, column.table.c.id.in_([asked.id for asked in requests.list_phoned(people)]))
    return known


# names instead of numbers


def _event_names(ids: Iterable[int]) -> dict:
    events = db.session.scalars(select(Event).where(Event.id.in_(ids)))
    return {event.id: f"{event.title}, {languages.short_day(event.starts_at)}" for event in events}


def _date_names(ids: Iterable[int]) -> dict:
    dates = db.session.scalars(select(EventDate).where(EventDate.id.in_(ids)))
    return {date.id: f"{date.event.title}, {languages.short_day(date.starts_at)}" for date in dates}


def _registration_names(ids: Iterable[int]) -> dict:
    made = db.session.scalars(select(Registration).where(Registration.id.in_(ids)))
    return {one.id: f"{one.event.title}, {languages.short_day(one.event.starts_at)}" for one in made}


def _organisation_names(ids: Iterable[int]) -> dict:
    return {one.id: one.name for one in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def _format_names(ids: Iterable[int]) -> dict:
    return {one.id: one.title for one in db.session.scalars(select(TrainingFormat).where(TrainingFormat.id.in_(ids)))}


def _office(ids: Iterable[int]) -> dict:
    return dict.fromkeys(ids, OFFICE)


NAMED = {
    "event": _event_names, "organisation": _organisation_names, "account": _office, "training_format": _format_names,
    "event_date": _date_names, "registration": _registration_names,
}  # fmt: skip


def _target(column: Column) -> str:
    return next(iter(column.foreign_keys)).column.table.name


def _names(column: Column, values: list) -> dict:
    """Return what stands for the numbers in a column that names a row of another table."""
    if not column.foreign_keys:
        return {}
    return NAMED[_target(column)]({value for value in values if value is not None})


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime | date) else value
