"""The mails of a registration: one mail, one function, one template, one key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from flask_babel import force_locale

from coordapp.events import ical, words
from coordapp.events.dates import GoneDate
from coordapp.events.kinds import KindRules
from coordapp.events.models import CancelledBy, Event, EventDate, Place, Registration, RegistrationStatus
from coordapp.outbox import service as outbox
from coordapp.shared.links import external_in

RECEIVED = {  # template for a registration that was just placed, by status
    RegistrationStatus.UNCONFIRMED: "confirm_registration",
    RegistrationStatus.CONFIRMED: "registered",
    RegistrationStatus.WAITING: "waiting",
}
AGAIN = {  # template for somebody who registers again but has no place for certain
    RegistrationStatus.WAITING: "waiting",
    RegistrationStatus.OFFERED: "place_offered",
}


@dataclass(frozen=True)
class Sample:
    """What mails tell of a registration, of somebody who is coming: for the preview of a mail to everybody."""

    party_size: int = 1
    status: RegistrationStatus = RegistrationStatus.CONFIRMED
    is_coming: bool = True
    needs: list[str] = field(default_factory=list)
    interpreter_language: str = ""
    note: str = ""
    token: str = "beispiel"  # noqa: S105 - a word in an example, no secret
    expires_at: datetime | None = None  # of an offered place
    language: str = "de"


@dataclass(frozen=True)
class PlannedEvent:
    """What mails tell of an event, as it will be after a change."""

    id: int
    title: str
    rules: KindRules
    place: Place | None
    dates: list[tuple[datetime, datetime]]
    starts_at: datetime
    hides_address: bool
    group_only: bool
    is_confidential: bool


def registration_received(registration: Registration, *, is_first: bool = False) -> bool:
    """Ask to confirm, say that the place is theirs, or that they wait, as the status is."""
    template = "confirm_registration" if registration.waits_for_proof else RECEIVED[registration.status]
    coming = registration.status is RegistrationStatus.CONFIRMED
    return _write(
        registration, template, calendar=ical.request(registration) if coming else None,
        calendar_method="REQUEST" if coming else None, expires_at=registration.expires_at, is_first=is_first,
    )  # fmt: skip


def registered_already(registration: Registration) -> bool:
    """Answer somebody who registered again with where they stand: at most once for each state of the registration."""
    template = "confirm_registration" if registration.waits_for_proof else AGAIN.get(registration.status)
    key = f"{_thread(registration)}registered-already:{registration.sequence}:{registration.status}"
    return _write(
        registration, template or "registered_already", key=key, expires_at=registration.expires_at, is_next_group=False
    )  # fmt: skip


def registration_changed(registration: Registration) -> bool:
    """Say what a registration holds now."""
    return _write(registration, "registration_changed")


def registration_cancelled(registration: Registration, *, had_entry: bool, moved_to: Event | None = None) -> bool:
    """Say that a registration has ended; take the entry out of the calendar if one was sent."""
    _drop_reminders(registration)
    return _write(
        registration, "registration_cancelled", calendar=ical.cancel(registration) if had_entry else None,
        calendar_method="CANCEL" if had_entry else None, moved_to=moved_to,
        by_office=registration.cancelled_by is CancelledBy.OFFICE,
    )  # fmt: skip


def place_offered(registration: Registration) -> bool:
    """Ask the next in line whether they still want the place; they may have waited before the event was planned."""
    waited_before = registration.queued_at is not None and registration.queued_at < registration.event.created_at
    return _write(
        registration, "place_offered", expires_at=registration.expires_at, is_next_group=waited_before
    )  # fmt: skip


def offer_expired(registration: Registration) -> bool:
    """Say that an offered place has gone to the next in line."""
    return _write(registration, "offer_expired")


def reminder(registration: Registration, date: EventDate, *, days_before: int) -> bool:
    """Remind somebody of one date of an event; written once for each start and number of days."""
    return _write(
        registration, "reminder", key=reminder_key(registration, date, days_before=days_before),
        expires_at=date.starts_at, date=date,
    )  # fmt: skip


def reminder_key(registration: Registration, date: EventDate, *, days_before: int) -> str:
    """Return what makes a reminder the same one: registration, start, days before."""
    return f"{_reminders(registration)}{date.starts_at:%Y%m%d%H%M}:{days_before}"


def _reminders(registration: Registration) -> str:
    """Return how the keys of all reminders of a registration begin."""
    return f"{_thread(registration)}reminder:"


def _drop_reminders(registration: Registration) -> None:
    """Drop reminders that are not sent yet: what they say is no longer true."""
    outbox.drop_queued(_reminders(registration))


def event_changed(registration: Registration, change, *, gone: Iterable[GoneDate] = ()) -> bool:
    """Say in words what is new about time and place, move the entries in the calendar and take out what is gone."""
    _drop_reminders(registration)
    coming = registration.is_coming
    calendar = ical.change(registration, known=change.old_dates, gone=gone) if coming else None
    return _write(
        registration, "event_changed", key=f"{_thread(registration)}event-changed:{registration.event.sequence}",
        calendar=calendar, calendar_method=ical.method_of(calendar) if calendar else None,
        change=change, expires_at=registration.event.ends_at,
    )  # fmt: skip


def event_cancelled(registration: Registration) -> bool:
    """Say that an event is called off, and take the entry out of the calendar."""
    _drop_reminders(registration)
    coming = registration.is_coming
    return _write(
        registration, "event_cancelled", key=f"{_thread(registration)}called-off:{registration.event.sequence}",
        calendar=ical.cancel(registration) if coming else None, calendar_method="CANCEL" if coming else None,
    )  # fmt: skip


def event_reinstated(registration: Registration) -> bool:
    """Say that a cancelled event happens after all, and put the entry back."""
    coming = registration.is_coming
    return _write(
        registration, "event_reinstated", key=f"{_thread(registration)}reinstated:{registration.event.sequence}",
        calendar=ical.request(registration) if coming else None, calendar_method="REQUEST" if coming else None,
    )  # fmt: skip


def take_back_unsent(registration: Registration) -> int:
    """Drop the mails about a registration that are not sent yet; return how many."""
    return outbox.drop_queued(_thread(registration))


def preview(event: Event | PlannedEvent, template: str, *, sample: Sample | None = None, **facts) -> str:
    """Return subject and text of a mail to many, as somebody who is coming (or the sample) would read it in German."""
    return outbox.preview(f"events/mail/{template}.txt", language="de", **_facts(sample or Sample(), event), **facts)


def preview_change(event: Event, change, *, title: str) -> str:
    """Return subject and text of the mail about a change that is not made yet; the title may be new as well."""
    planned = PlannedEvent(
        title=title, rules=event.rules, id=event.id, place=change.new_place, dates=change.new_dates,
        starts_at=change.new_dates[0][0], hides_address=event.hides_address,
        group_only=event.group_only, is_confidential=event.is_confidential,
    )  # fmt: skip
    return preview(planned, "event_changed", change=change)


def _thread(registration: Registration) -> str:
    """Return how the keys of all mails about a registration begin."""
    return f"registration:{registration.id}:"


def _write(
    registration: Registration, template: str, *, key: str | None = None, is_first: bool = False, **given
) -> bool:
    """Write a mail to the person of a registration, in the language they registered in, answering to the first one."""
    person, thread = registration.person, _thread(registration)
    with force_locale(registration.language):
        facts = _facts(registration, registration.event)
    return outbox.enqueue(
        f"events/mail/{template}.txt", to=person.email, name=person.name, language=registration.language,
        key=key or f"{thread}{template.replace('_', '-')}:{registration.sequence}:{registration.status}",
        in_reply_to=None if is_first else outbox.first_message_id(thread, to=person.email), **facts, **given,
    )  # fmt: skip


def _facts(registration: Registration | Sample, event: Event | PlannedEvent) -> dict:
    link_to = partial(external_in, registration.language)
    return {
        "registration": registration,
        "event": event,
        "kind": str(event.rules.label),
        "link": link_to("events.registration", token=registration.token),
        "event_link": "" if event.group_only else link_to(event.rules.endpoint, event_id=event.id),
        "place_known": registration.is_coming or not event.hides_address,
        "needs": words.needs(registration.needs),
    }
