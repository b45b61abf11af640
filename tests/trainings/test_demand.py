"""Who waits for which format, and opening the next group: in one step, in order, once, one mail to each."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.directory import training_records
from coordapp.events import registration as registrations
from coordapp.events import service as events
from coordapp.events import waiting_list
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.trainings import demand, interests
from coordapp.trainings.models import Training, TrainingAnswers, TrainingFormat, TrainingInterest
from tests import make as make_rows
from tests.events.test_races import at_once

S = RegistrationStatus
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Arnstadt
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
INDEX = "/verwaltung/schulungen/bedarf/"
EVENINGS = {
    "dates-0-day": "2027-01-12", "dates-0-begins": "18:00", "dates-0-ends": "19:30",
    "dates-1-day": "2027-01-19", "dates-1-begins": "18:00", "dates-1-ends": "19:30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def wanted(make):
    return make.training_format(title="Gut zuhören", capacity=12)


def wait(make, training_format, number: int = 1, *, days: int = 30, **said) -> list:
    """Let people say that they want the next group, one an hour, the first so many days ago."""
    people = []
    for hour in range(number):
        people.append(make.person())
        with clock.stopped(NOW - days * DAYS + hour * HOURS):
            interests.note(training_format, people[-1], proven=True, **said)
    db.session.execute(db.delete(Mail))
    return people


def group(make, **given) -> dict:
    """Return what a group of two evenings needs."""
    begins = [make.in_days(50, 18), make.in_days(57, 18)]
    return {
        "dates": [(one, one + 90 * timedelta(minutes=1)) for one in begins],
        "place": None,
        "capacity": None,
    } | given


def open_next(make, training_format, **given) -> demand.Opened:
    return demand.open_next_group(training_format, version=training_format.version, group=group(make, **given))


def path(training_format, deed: str = "oeffnen/") -> str:
    return f"{INDEX}{training_format.id}/{deed}"


def line_of(training: Training) -> list[Registration]:
    """List who is registered for a group, in the order of its waiting list."""
    query = db.select(Registration).filter_by(event_id=training.event_id)
    return list(db.session.scalars(query.order_by(Registration.queued_at, Registration.id)))


def mails() -> list[tuple[str, str]]:
    """List to whom which mail was written."""
    rows = db.session.execute(db.select(Mail.recipient, Mail.template).order_by(Mail.id))
    return [(to, template.rpartition("/")[2].removesuffix(".txt")) for to, template in rows]


# who waits


def test_interests_and_waiting_lists_are_one_line_and_everybody_counts_once(make, wanted):
    first, second, third = (make.person() for _number in range(3))
    full = make.training(wanted, capacity=1)
    make.registration(full.event, second, status=S.WAITING, queued_at=NOW - 5 * DAYS)
    made = make.registration(full.event, third, status=S.WAITING, queued_at=NOW - 2 * DAYS)
    db.session.add(TrainingAnswers(registration=made, organisation_name="Kita Nord", field_of_work="Kita"))
    for person, days in ((third, 9), (first, 20)):
        with clock.stopped(NOW - days * DAYS):
            interests.note(wanted, person, proven=True)
    found = demand.demand_for(wanted)
    assert [one.person for one in found.waiters] == [first, third, second]
    assert [one.since for one in found.waiters] == [NOW - days * DAYS for days in (20, 9, 5)]
    assert (found.since, found.organisations, found.fields) == (NOW - 20 * DAYS, ["Kita Nord"], ["Kita"])


def test_ties_are_broken_by_who_was_known_first(make, wanted):
    people = [make.person() for _number in range(3)]
    for person in reversed(people):
        interests.note(wanted, person, proven=True)
    assert [one.person for one in demand.demand_for(wanted).waiters] == people


def test_who_is_not_waiting_is_not_counted(make, wanted):
    interests.note(wanted, make.person(proven=False), proven=False)
    interests.note(make.training_format(), make.person(), proven=True)
    open_group = make.training(wanted, capacity=1)
    make.registration(open_group.event)
    make.registration(open_group.event, status=S.WAITING, proven_at=None)
    make.registration(make.training(wanted, published=False).event, status=S.WAITING)
    called_off = make.training(wanted)
    make.registration(called_off.event, status=S.WAITING)
    events.cancel_event(called_off.event)
    asked_for = make.training(wanted)
    asked_for.event.group_only = True
    make.registration(asked_for.event, status=S.WAITING)
    assert demand.demand_for(wanted).waiters == []


def test_who_got_a_place_after_they_began_to_wait_waits_no_longer(make, wanted):
    early, late = wait(make, wanted, 2)
    held = make.training(wanted, days=(-40, -33))
    make.registration(held.event, early, status=S.ATTENDED, created_at=NOW - 45 * DAYS)  # and wants it again
    make.registration(held.event, late, status=S.ATTENDED, created_at=NOW - 10 * DAYS)
    assert [one.person for one in demand.demand_for(wanted).waiters] == [early]


def test_somebody_who_turned_out_to_be_somebody_else_counts_once(make, wanted):
    stays, goes = wait(make, wanted, 2)
    goes.merged_into_id = stays.id
    db.session.flush()
    assert [one.person for one in demand.demand_for(wanted).waiters] == [stays]
    open_next(make, wanted)
    assert db.session.scalars(db.select(TrainingInterest)).all() == []


# the pages


def test_the_office_sees_how_many_wait_since_when_and_where_they_come_from(office, make, wanted):
    wait(make, wanted, 3, organisation_name="Jobcenter", field_of_work="Beratung")
    make.training_format(title="Niemand will mich")
    wait(make, make.training_format(title="Archiviert, aber gewollt", is_offered=False), 1)
    make.training_format(title="Leeres Archiv", is_offered=False)
    page = office.get_page(INDEX)
    rows = [row.text for row in page.main.all("tr")[1:]]
    assert [row.split(" Nächste")[0] for row in rows] == [
        "Gut zuhören 3 24.10.2026 Jobcenter Beratung", "Archiviert, aber gewollt 1 24.10.2026 – –",
        "Niemand will mich 0 – – –",
    ]  # fmt: skip
    people = office.get_page(path(wanted, ""))
    assert "3 Personen warten, die erste seit Samstag, 24. Oktober 2026." in people.text


def test_confidential_formats_have_no_demand(office, make):
    hidden = make.training_format(title="Geheimwort", is_confidential=True)
    make.registration(make.training(hidden).event, status=S.WAITING)
    assert "Geheimwort" not in office.get_page(INDEX).root.text
    for deed in ("", "oeffnen/"):
        office.get_page(path(hidden, deed), status=404)
    office.post_to(path(hidden), EVENINGS, status=404)


def test_the_number_of_queries_does_not_grow_with_those_who_wait(office, make, wanted, count_queries):
    full = make.training(wanted, capacity=1)

    def ask() -> int:
        db.session.commit()
        with count_queries() as queries:
            for deed in ("", f"{wanted.id}/", f"{wanted.id}/oeffnen/"):
                office.get_page(f"{INDEX}{deed}")
        return len(queries)

    wait(make, wanted)
    make.registration(full.event, status=S.WAITING)
    first = ask()
    wait(make, wanted, 30, days=20)
    for _number in range(30):
        make.registration(full.event, status=S.WAITING)
    assert ask() == first


# opening


def test_15_wait_for_12_places_and_each_is_asked_or_waits_in_order(make, wanted):
    people = wait(make, wanted, 15, organisation_name="Verein", field_of_work="Sprache")
    opened = open_next(make, wanted)
    assert opened.training.event.is_published
    line = line_of(opened.training)
    assert [one.person for one in line] == people
    assert [one.status for one in line] == [S.OFFERED] * 12 + [S.WAITING] * 3
    assert [one.queued_at for one in line] == [NOW - 30 * DAYS + hour * HOURS for hour in range(15)]
    assert {one.expires_at for one in line[:12]} == {NOW + 72 * HOURS}
    assert mails() == [
        *((one.email, "place_offered") for one in people[:12]), *((one.email, "waiting") for one in people[12:])
    ]  # fmt: skip
    assert db.session.scalars(db.select(TrainingInterest)).all() == []
    answers = db.session.scalars(db.select(TrainingAnswers)).all()
    assert {(one.organisation_name, one.field_of_work) for one in answers} == {("Verein", "Sprache")}
    assert len(answers) == 15


def test_an_offer_that_is_not_taken_goes_to_the_13th(make, wanted):
    people = wait(make, wanted, 15)
    line = line_of(open_next(make, wanted).training)
    for taken in line[:11]:
        assert registrations.accept_offer(taken)
    db.session.execute(db.delete(Mail))
    with clock.stopped(NOW + 72 * HOURS):
        assert waiting_list.expire_due() == 1
    assert [one.status for one in line] == [S.CONFIRMED] * 11 + [S.CANCELLED, S.OFFERED, S.WAITING, S.WAITING]
    assert mails() == [(people[11].email, "offer_expired"), (people[12].email, "place_offered")]


def test_the_mail_has_dates_deadline_and_the_button(make, wanted):
    (person,) = wait(make, wanted)
    open_next(make, wanted, place=make.place(name="Rathaus"))
    (mail,) = db.session.scalars(db.select(Mail)).all()
    assert (mail.recipient, mail.subject) == (person.email, "Ein Platz ist frei für Sie: Gut zuhören")
    for words in (
        "Bitte antworten Sie bis Donnerstag, 26. November 2026, 10:00 Uhr.",
        "Dienstag, 12. Januar 2027, 18:00 bis 19:30 Uhr", "Dienstag, 19. Januar 2027, 18:00 bis 19:30 Uhr",
        "Rathaus", "Platz annehmen oder ablehnen",
    ):  # fmt: skip
        assert words in " ".join(mail.text.split())


def test_without_a_limit_everybody_is_asked(make):
    endless = make.training_format(capacity=None)
    wait(make, endless, 3)
    assert [one.status for one in line_of(open_next(make, endless).training)] == [S.OFFERED] * 3


def test_who_lacks_the_precondition_is_told_and_goes_on_waiting(make):
    basic = make.training_format(title="Grundkurs")
    advanced = make.training_format(title="Aufbaukurs", required_format=basic)
    ready, lacking = wait(make, advanced, 2)
    training_records.remember(
        ready, title="Grundkurs", completed_on=clock.today(), minutes=360, format_id=basic.id
    )  # fmt: skip
    opened = open_next(make, advanced)
    assert [one.person for one in line_of(opened.training)] == [ready]
    assert mails() == [(ready.email, "place_offered"), (lacking.email, "precondition_missing")]
    mail = db.session.scalars(db.select(Mail).filter_by(recipient=lacking.email)).one()
    assert mail.subject == "Neue Gruppe, aber vorher: Grundkurs"
    assert "Sie bleiben auf unserer Liste." in mail.text
    assert f"/schulungen/angebot/{basic.id}/" in mail.text
    assert [one.person for one in demand.demand_for(advanced).waiters] == [lacking]


def test_who_waits_for_an_older_group_keeps_that_only_while_it_can_still_offer_places(make, wanted):
    begun, coming = make.training(wanted, days=(-3, 4), capacity=1), make.training(wanted, capacity=1)
    person, other = make.person(), make.person()
    at_begun = make.registration(begun.event, person, status=S.WAITING, queued_at=NOW - 9 * DAYS)
    at_coming = make.registration(coming.event, other, status=S.WAITING, queued_at=NOW - 8 * DAYS)
    opened = open_next(make, wanted)
    assert [one.person for one in line_of(opened.training)] == [person, other]
    assert (at_begun.status, at_begun.cancelled_by) == (S.CANCELLED, CancelledBy.OFFICE)
    assert at_coming.status is S.WAITING
    assert mails() == [(person.email, "place_offered"), (other.email, "place_offered")]
    assert demand.demand_for(wanted).waiters == []


def test_those_left_over_go_on_waiting_since_when_they_did(make, wanted):
    people = wait(make, wanted, 3)
    open_next(make, wanted, capacity=1)
    assert [one.person for one in demand.demand_for(wanted).waiters] == people[1:]
    second = open_next(make, wanted, capacity=5)
    assert [(one.person, one.status) for one in line_of(second.training)] == [
        (person, S.OFFERED) for person in people[1:]
    ]


# the step of the office


def test_the_office_sees_first_whom_it_concerns_and_what_they_read(office, make):
    basic = make.training_format(title="Grundkurs")
    wanted = make.training_format(title="Aufbaukurs", required_format=basic, capacity=2)
    people = wait(make, wanted, 4)
    people[0].name, people[1].name, people[2].name, people[3].name = "Ada Eins", "Bo Zwei", "Cem Drei", "Dana Fehlt"
    people[1].email, people[1].phone = None, "+493628111"
    for ready in people[:3]:
        training_records.remember(
            ready, title="Grundkurs", completed_on=clock.today(), minutes=360, format_id=basic.id
        )  # fmt: skip
    page = office.post_form(path(wanted), EVENINGS, status=200)
    assert page.heading == "Gruppe öffnen: Bitte prüfen"
    assert [part.text.split(" (")[0] for part in page.main.all("h2")] == [
        "Ein Platz wird angeboten", "Auf die Warteliste der neuen Gruppe", "Voraussetzung fehlt: wartet weiter",
    ]  # fmt: skip
    for words in (
        "Dienstag, 12. Januar 2027, 18:00 bis 19:30 Uhr; Dienstag, 19. Januar 2027", "Ada Eins, seit 24.10.2026",
        "Bo Zwei, 03628 111", "Cem Drei", "Dana Fehlt", "Antwort bis Donnerstag, 26. November 2026, 10:00 Uhr",
        "Ein Platz ist frei für Sie: Aufbaukurs", "Sie stehen auf der Warteliste: Aufbaukurs",
        "Neue Gruppe, aber vorher: Grundkurs",
    ):  # fmt: skip
        assert words in page.text, words
    assert (mails(), db.session.scalars(db.select(Training)).all()) == ([], [])

    done = office.send(page, page.form_of("Gruppe öffnen und Bescheid geben (3)"), status=200)
    (made,) = db.session.scalars(db.select(Training)).all()
    assert "2 Personen bekommen einen Platz angeboten. 1 Person steht auf der Warteliste." in done.root.text
    assert "Bo Zwei hat keine E-Mail-Adresse. Bitte rufen Sie an." in done.root.text
    assert [(one.starts_at, one.ends_at) for one in made.event.dates][0] == (
        datetime(2027, 1, 12, 17, tzinfo=UTC), datetime(2027, 1, 12, 18, 30, tzinfo=UTC)
    )  # fmt: skip
    assert [template for _to, template in mails()] == ["place_offered", "waiting", "precondition_missing"]

    again = office.send(page, page.form_of("Gruppe öffnen und Bescheid geben (3)"), status=200)  # a double click
    assert "Die Gruppe ist schon geöffnet" in again.root.text
    assert len(db.session.scalars(db.select(Training)).all()) == 1
    assert len(mails()) == 3


@pytest.mark.parametrize(("typed", "field"), [
    ({"dates-0-day": "2026-11-23", "dates-0-begins": "18:00", "dates-0-ends": "19:00"}, "dates-0-day"),
    (EVENINGS | {"dates-0-ends": "17:00"}, "dates-0-ends"),
    (EVENINGS | {"dates-1-day": "2027-01-12"}, "dates-1-day"),
    (EVENINGS | {"dates-1-begins": ""}, "dates-1-begins"),
    (EVENINGS | {"capacity": "0"}, "capacity"),
])  # fmt: skip
def test_an_error_stands_beside_its_field_and_nothing_is_lost(office, make, wanted, typed, field):
    page = office.post_form(path(wanted), typed, status=422)
    assert list(page.errors) == [field]
    assert {name: page.values[name] for name in typed} == typed


def test_a_group_without_any_day_is_refused(office, wanted):
    page = office.post_form(path(wanted), {"dates-0-begins": "18:00"}, status=422)
    assert "Bitte wählen Sie mindestens einen Tag." in page.text


def test_hours_are_those_of_the_last_group_and_one_more_date_can_be_had(office, make, wanted):
    make.training(wanted, days=(5, 12))
    page = office.get_page(path(wanted))
    assert [page.values[f"dates-{number}-begins"] for number in (0, 1)] == ["18:00", "18:00"]
    assert "dates-2-day" not in page.values
    more = office.send(page, page.form_of("Weiteren Termin"), {"more": "1", "dates-1-day": "2027-01-19"}, status=200)
    assert (more.values["dates-2-day"], more.values["dates-2-begins"]) == ("2027-01-26", "18:00")


def test_the_lock_is_held_while_those_who_wait_are_read(make, wanted):
    """An older group of the format is held, so that nobody leaves its line while it is read."""
    older = make.training(wanted, capacity=1)
    make.registration(older.event, status=S.WAITING)
    before = older.event.revision
    lock(older.event)
    open_next(make, wanted)
    db.session.refresh(older.event)
    assert older.event.revision == before + 2


# at once


def test_two_who_open_the_next_group_at_one_moment_make_one(fresh_app):
    wanted = make_rows.training_format(capacity=3)
    people = wait(make_rows, wanted, 5)
    wanted_id, version, needed = wanted.id, wanted.version, group(make_rows)
    addresses = sorted(person.email for person in people)

    def opening() -> int:
        opened = demand.open_next_group(db.session.get(TrainingFormat, wanted_id), version=version, group=needed)
        db.session.commit()
        return opened.training.event_id

    answers = at_once(fresh_app, [opening] * 2)
    (made,) = db.session.scalars(db.select(Training.event_id)).all()
    assert sorted(map(str, answers)) == sorted([str(made), "EditedMeanwhile: "])
    assert sorted(to for to, _template in mails()) == addresses


def test_who_is_offered_a_place_of_the_next_group_reads_that_there_is_one(make, wanted):
    (person,) = wait(make, wanted)
    open_next(make, wanted)
    (mail,) = db.session.scalars(db.select(Mail)).all()
    assert mail.recipient == person.email
    assert "es gibt eine neue Gruppe „Gut zuhören“, auf die Sie warten." in mail.text
    assert "frei geworden" not in mail.text


@pytest.mark.parametrize(("number", "is_said"), [(5, False), (6, True)])
def test_the_start_page_says_when_enough_wait_to_fill_half_a_group(make, wanted, office, number, is_said):
    wait(make, wanted, number)
    page = office.get_page("/verwaltung/")
    assert ("Nächste Gruppe öffnen" in page.links) is is_said


# somebody phones


def test_the_office_notes_who_phones_and_nobody_twice(office, wanted):
    url = f"{INDEX}{wanted.id}/eintragen/"
    assert office.get_page(f"{INDEX}{wanted.id}/").links["Jemanden vormerken"] == url
    typed = {"name": "Paula Phon", "phone": "03628 123456", "organisation_name": "Kita Nord", "field_of_work": "Kita"}
    page = office.press(url, "Vormerken", typed | {"name": ""}, status=422)
    assert (list(page.errors), page.values["field_of_work"]) == (["name"], "Kita")
    page = office.press(url, "Vormerken", typed, status=200)
    assert "Paula Phon ist vorgemerkt. Rufen Sie an, wenn es so weit ist." in page.text
    page = office.press(url, "Vormerken", {"name": "paula  phon", "field_of_work": "Amt"}, status=422)
    assert "Paula Phon steht schon auf der Liste." in page.errors["name"]
    assert page.values["field_of_work"] == "Amt"
    (waiter,) = demand.demand_for(wanted).waiters
    assert (waiter.person.phone, waiter.organisation_name) == ("+493628123456", "Kita Nord")
    assert db.session.scalars(db.select(Mail)).all() == []


def test_who_phones_and_has_an_address_is_written_to(office, wanted):
    typed = {"name": "Paul", "email": "paul@example.org"}
    office.press(f"{INDEX}{wanted.id}/eintragen/", "Vormerken", typed, status=200)
    (mail,) = db.session.scalars(db.select(Mail)).all()
    assert (mail.recipient, mail.template) == ("paul@example.org", "trainings/mail/interest_noted.txt")


def test_who_never_confirmed_is_noted_when_they_phone_and_counts_from_then_on(office, make, wanted):
    person = make.person(name="Ulla Unbestätigt", proven=False)
    interests.note(wanted, person, proven=False)
    db.session.commit()
    assert demand.demand_for(wanted).waiters == []
    typed = {"name": person.name, "email": person.email, "field_of_work": "Kita"}
    office.press(f"{INDEX}{wanted.id}/eintragen/", "Vormerken", typed, status=200)
    assert [(one.person, one.field_of_work) for one in demand.demand_for(wanted).waiters] == [(person, "Kita")]
    typed["field_of_work"] = ""
    office.press(f"{INDEX}{wanted.id}/eintragen/", "Vormerken", typed, status=422)
    assert [one.field_of_work for one in demand.demand_for(wanted).waiters] == ["Kita"]


def test_planning_a_group_says_who_waits_and_leads_to_opening_one_for_them(office, make, wanted):
    plan = f"/verwaltung/schulungen/angebote/{wanted.id}/gruppe/"
    assert "Auf diese Schulung" not in office.get_page(plan).text
    wait(make, wanted, 2)
    db.session.commit()
    page = office.get_page(plan)
    assert "Auf diese Schulung warten 2 Personen" in page.text
    assert page.links["Öffnen Sie eine Gruppe für alle, die warten"] == f"{INDEX}{wanted.id}/oeffnen/"
