"""A confidential group from its catalogue entry to what comes after it, with words that stand nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from coordapp.accounts.models import Role, User
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_consent import Purpose
from coordapp.events import registration as registrations
from coordapp.events import reminders, service, waiting_list
from coordapp.events.models import CancelledBy, Event, Registration, RegistrationStatus
from coordapp.events.registration import Wishes
from coordapp.extensions import db
from coordapp.feedback import thanks
from coordapp.feedback.models import FeedbackAnswer
from coordapp.invitations import changes, letters, mailings, mails, texts, writing
from coordapp.invitations import service as invitations
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Invitation
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from coordapp.trainings import mails as training_mails
from coordapp.trainings.models import (
    Attendance,
    FormatType,
    RequestStatus,
    TrainingFormat,
    TrainingInterest,
    TrainingRequest,
)
from tests import make

TITLE = "Zaunkoenig: Sekundärtraumatisierung"
WORDS = ("zaunkoenig", "sekundärtrauma")  # of title, summary and contents; folded
MEMBER = "Rotkehlchen"  # in the name of everybody who takes part
DAYS = (60, 67)  # of the coming group, counted from today


@dataclass
class Story:
    """The groups, who takes part, and what is secret about them."""

    format: TrainingFormat
    coming: Event
    past: Event
    elsewhere: Event
    member: User  # takes part in both and has an account
    people: Sequence[Person]
    office: User
    tokens_before: frozenset[str] = frozenset()
    letters: bytes = b""
    registrations: list[Registration] = field(default_factory=list)


def tell(*, office: User, elsewhere: Event) -> Story:
    """Let both groups run through everything that may happen to them, and write every mail there is.

    `elsewhere` is a public event without limit, which somebody is moved to.
    """
    before = frozenset(every_token())
    chosen = make.training_format(
        title=TITLE, type=FormatType.SUPERVISION, is_confidential=True, summary=f"{TITLE}, in kurz",
        contents=f"{TITLE}\nWas uns trägt", target_group=f"Wer {TITLE} kennt",
    )  # fmt: skip
    member = make.user(role=Role.VOLUNTEER, name="Mia Mitglied", email="mia@example.org")
    people = _people(member)
    with clock.stopped(clock.now() - timedelta(days=20)):
        past = make.training(chosen, days=(6, 13)).event
    with clock.stopped(clock.now() - timedelta(days=1)):
        coming = make.training(chosen, days=[day + 1 for day in DAYS], capacity=2).event
    db.session.commit()
    story = Story(chosen, coming, past, elsewhere, member, people, office, before)
    _hold(story)
    _invite(story)
    _register(story)
    _change(story)
    _remind(story)
    _ask(story)
    db.session.commit()
    return story


def every_token() -> list[str]:
    """Return all tokens that the database keeps readable."""
    tables = [table for table in db.metadata.sorted_tables if "token" in table.columns]
    return [token for table in tables for token in db.session.scalars(db.select(table.c.token)) if token]


def _people(member: User) -> list[Person]:
    languages = ("de", "ar", "de", "uk", "de", "en", "fa", "ru")
    people = [
        make.volunteer(
            agreed=[Purpose.INVITE_TRAINING], language=language,
            **({"name": member.name, "email": member.email, "user_id": member.id} if number == 0
               else {"name": f"Frau {number} {MEMBER}"}),
        )
        for number, language in enumerate(languages)
    ]  # fmt: skip
    people[-1].channel, people[-1].street, people[-1].postal_code = Channel.LETTER, "Hauptstraße 1", "98693"
    people[-1].municipality = "Ilmenau"
    return people


def _hold(story: Story) -> None:
    """Let the past group happen: somebody came, somebody did not; thanks and answers."""
    came = make.registration(story.past, story.people[0], status=RegistrationStatus.ATTENDED)
    make.registration(story.past, story.people[1], status=RegistrationStatus.ABSENT)
    make.registration(story.past, story.people[2], status=RegistrationStatus.CANCELLED)
    db.session.add(Invitation(event=story.past, person=story.people[0]))
    for date in story.past.dates:
        db.session.add(Attendance(registration_id=came.id, event_date_id=date.id, missed=0))
    db.session.add(FeedbackAnswer(event_id=story.past.id, useful=4, text=f"Gut: {TITLE}"))
    morning = clock.local(story.past.ends_at + timedelta(days=1)).replace(hour=11)
    with clock.stopped(morning):
        thanks.write_due()
    _sent()


def _invite(story: Story) -> None:
    """Invite by mail and by letter, with a text of the office, try it before, and ask the silent once more."""
    event = story.coming
    mailing = mailings.prepare(event, Audience(people=tuple(one.id for one in story.people)), by=story.office)
    written = texts.Text("Zu {veranstaltung} am {termin}", "Hallo {anrede},\n\nkommen Sie zu {veranstaltung}?")
    mailings.write_texts(mailing, {"de": written}, version=mailing.version)
    mails.trial(mailing, story.office)
    mailings.send(mailing, by=story.office)
    writing.write_all(mailing)
    story.letters = letters.print_letters(mailing, by=story.office) or b""
    _sent()
    with clock.stopped(clock.now() + timedelta(days=2)):
        invitations.remind_silent(event)


def _register(story: Story) -> None:
    """Fill the group, let some wait, be offered a place, miss it, change their minds, come by telephone."""
    event, (first, second, third, fourth, *_rest) = story.coming, story.people
    made = [invitations.accept(_invitation(event, one), Wishes(), language=one.language) for one in (first, second)]
    invitations.accept(_invitation(event, third), Wishes(), language="de")
    invitations.decline(_invitation(event, fourth))
    with clock.stopped(clock.now() + timedelta(hours=1)):
        registrations.register(event, first, Wishes(), proven=True)  # registered already
        registrations.change(made[0], Wishes(note="Ich komme später"))
        registrations.cancel(made[1], by=CancelledBy.OFFICE)  # the third is offered the place
    with clock.stopped(clock.now() + timedelta(days=5)):
        waiting_list.expire_due()  # and misses it
    unproven = make.person(name=f"Neu {MEMBER}", proven=False)
    registrations.register(event, unproven, Wishes(), proven=False, entered_by=story.office)
    moved = make.registration(event, make.person(name=f"Umgebucht {MEMBER}"))
    registrations.move(moved, story.elsewhere, moved_by=story.office)
    by_phone = make.person(name=f"Telefon {MEMBER}", email=None, phone="+493628111")
    registrations.register(event, by_phone, Wishes(), proven=True, entered_by=story.office)
    story.registrations = registrations.list_registrations(event)


def _change(story: Story) -> None:
    """Move the group in time and place, call it off, and let it happen after all."""
    event = story.coming
    dates = [(date.starts_at + timedelta(hours=1), date.ends_at + timedelta(hours=1)) for date in event.dates]
    service.change_event(event, version=event.version, dates=dates, place=make.place())
    _tell_invited()
    service.change_event(event, version=event.version, dates=dates, place=make.place())
    _tell_invited()
    service.cancel_event(event, reason="Die Trainerin ist krank")
    _tell_invited()
    service.reinstate_event(event)
    _tell_invited()


def _tell_invited() -> None:
    _sent()
    while changes.write_due():
        pass
    _sent()


def _remind(story: Story) -> None:
    with clock.stopped(story.coming.starts_at - timedelta(days=7)):
        reminders.write_due()


def _ask(story: Story) -> None:
    """Leave what others leave: a request of a club for such a group, an interest, an answer from a calendar."""
    asked = TrainingRequest(
        format=story.format, organisation_name="Verein Wasser e.V.", contact_name="Wanda Wasser",
        email="wanda@example.org", topic="Entlastung", group_size=8, wanted_when="abends",
        status=RequestStatus.AGREED, answered_at=clock.now(), decided_at=clock.now(),
    )  # fmt: skip
    db.session.add(asked)
    db.session.add(TrainingInterest(format=story.format, person=make.person(), proven_at=clock.now()))
    db.session.add(
        MailboxMessage(
            digest="0" * 64, kind=MessageKind.ANSWER, event=story.past, person=story.people[0], note="Kommt."
        )
    )
    db.session.flush()
    training = make.training(story.format, days=(90,), request=asked)
    training_mails.request_agreed(asked, training)


def _invitation(event: Event, person: Person) -> Invitation:
    return db.session.scalars(db.select(Invitation).filter_by(event_id=event.id, person_id=person.id)).one()


def _sent() -> None:
    """Count all mails as sent, so that others may follow."""
    db.session.execute(db.update(Mail).values(status=MailStatus.SENT, sent_at=clock.now()))
    db.session.flush()
