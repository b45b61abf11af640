"""The trainings of one person: what is coming, what they completed, and all of it on one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale

from coordapp.directory import training_records
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.events import registration as registrations
from coordapp.events.kinds import EventKind
from coordapp.events.models import Registration
from coordapp.shared import clock, languages
from coordapp.shared.pdf import make_pdf
from coordapp.trainings import certificates, hours
from coordapp.trainings.mine_forms import SheetForm
from coordapp.trainings.models import Certificate


@dataclass(frozen=True)
class Completed:
    """A training that somebody completed, and the certificate of it if there is one."""

    record: TrainingRecord
    certificate: Certificate | None

    @property
    def hours(self) -> str:
        """Return how long it was in words, or nothing where nobody knows."""
        return hours.length(self.record.minutes) if self.record.minutes else ""


def list_coming(person: Person) -> list[Registration]:
    """List the trainings that somebody is registered for and that are not over, the next first."""
    now = clock.now()
    coming = [
        one for one in registrations.list_registrations_of(person)
        if one.event.kind is EventKind.TRAINING and one.is_active and one.event.ends_at > now
        and not one.event.is_cancelled
    ]  # fmt: skip
    return sorted(coming, key=lambda one: (one.event.starts_at, one.id))


def list_completed(person: Person) -> list[Completed]:
    """List what somebody completed, the latest first; confidential ones are never remembered."""
    valid = {one.event_id: one for one in certificates.list_valid_of(person)}
    return [
        Completed(record, valid.get(record.event_id) if record.event_id is not None else None)
        for record in training_records.list_records(person)
    ]


def sum_of(completed: Sequence[Completed]) -> str:
    """Return all hours together in words."""
    return hours.length(sum(one.record.minutes for one in completed))


def make_sheet(person: Person, completed: Sequence[Completed], form: SheetForm) -> bytes:
    """Return the sheet as a PDF (PDF/UA-1) in German, with what was typed and lines for what was not."""
    settings = current_app.config
    with force_locale("de"):
        facts = {
            "office": settings["OFFICE_NAME"],
            "address": settings["OFFICE_ADDRESS"],
            "name": person.name,
            "day": languages.short_day(clock.today()),
            "rows": [_row(one) for one in completed],
            "sum": sum_of(completed),
            "lines": [
                ("Geburtsdatum", languages.short_day(form.born.data) if form.born.data else ""),
                ("Anschrift", form.address.data or ""),
                ("Tätig für (Träger)", form.organisation.data or ""),
                ("Tätigkeitsbereich", form.field_of_work.data or ""),
                ("Aufgabe, Funktion", form.role.data or ""),
                ("Tätig seit", form.since.data or ""),
                ("Umfang in Stunden", form.amount.data or ""),
            ],
            "texts": [
                ("Fähigkeiten, die ich dabei erworben habe", form.skills.data or ""),
                ("Fachwissen, das ich dabei erworben habe", form.knowledge.data or ""),
            ],
        }
    return make_pdf("trainings/mine/sheet.typ", facts)


def _row(one: Completed) -> list[str]:
    return [
        one.record.title, languages.short_day(one.record.completed_on), one.hours or "keine Angabe",
        one.record.provider or current_app.config["OFFICE_NAME"], one.certificate.serial if one.certificate else "–",
    ]  # fmt: skip
