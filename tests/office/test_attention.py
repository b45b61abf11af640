"""What needs the office now: each room says its part, the start page shows it in order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from coordapp.accounts.models import User
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.office import service
from coordapp.outbox.models import Mail, MailStatus, SendingState
from coordapp.round_tables import attendance, minutes
from coordapp.round_tables import service as round_tables
from coordapp.shared import clock
from coordapp.shared.attention import Line, Urgency, counted, in_order
from coordapp.statements.models import BarrierReport

NOW = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)  # no month to plan the next year in


@pytest.fixture(autouse=True)
def _known_moment(app):
    app.config["SMTP_HOST"] = "smtp.example.org"
    with clock.stopped(NOW):
        yield


@pytest.fixture
def planned(make):
    """Plan the year, so that nothing is left to do; return the next event."""
    first, *_others = [make.event(starts_at=make.in_days(days)) for days in (70, 100, 150)]
    return first


@pytest.fixture
def deeds(app):
    """Return a function that lists what is to be done, and for what."""

    def list_deeds() -> list[tuple[str, str]]:
        db.session.flush()
        with app.test_request_context():
            return [(line.deed, line.about) for line in service.list_attention(clock.now())]

    return list_deeds


def urls(app) -> dict[str, str]:
    with app.test_request_context():
        return {line.deed: line.url for line in service.list_attention(clock.now())}


def short(event) -> str:
    return f"{event.title}, {clock.local(event.starts_at):%d.%m.%Y}"


def mail(status: MailStatus = MailStatus.QUEUED, **columns) -> Mail:
    number = db.session.scalar(db.select(db.func.count()).select_from(Mail))
    made = Mail(
        key=f"mail-{number}", template="t", recipient="a@example.org", language="de", subject="s", text="t", html="h",
        message_id=f"<{number}@example.org>", status=status, **columns,
    )  # fmt: skip
    db.session.add(made)
    return made


def test_nothing_is_to_be_done(planned, deeds):
    assert deeds() == []


def test_undeliverable_mails_are_counted_until_they_are_dealt_with(planned, deeds, app):
    first, _second = mail(MailStatus.FAILED), mail(MailStatus.FAILED)
    mail(MailStatus.SENT)
    assert [deed for deed, _about in deeds()] == ["2 nicht zugestellte Mails ansehen"]
    assert urls(app)["2 nicht zugestellte Mails ansehen"] == "/verwaltung/postausgang/?ablage=nicht-zugestellt"
    first.seen_at = clock.now()
    assert [deed for deed, _about in deeds()] == ["1 nicht zugestellte Mail ansehen"]


def test_without_a_mail_server_the_office_is_told_that_nothing_is_sent(planned, deeds, app):
    app.config["SMTP_HOST"] = ""
    mail(), mail(MailStatus.SENT)
    assert deeds() == [
        ("Es wird nichts versendet: Postausgang öffnen", "Es ist kein Mailserver eingestellt. 1 Mail wartet.")
    ]


def test_trouble_of_the_mail_server_is_shown(planned, deeds):
    db.session.add(SendingState(id=1, troubles=3, trouble_since=NOW, last_error="ConnectionRefusedError: nobody"))
    ((deed, about),) = deeds()
    assert deed == "Es wird nichts versendet: Postausgang öffnen"
    assert about.endswith("0 Mails warten.")


def test_open_confirmations_say_for_which_event_and_until_when(planned, make, app):
    for hours in (40, 20):
        make.registration(
            planned, status=RegistrationStatus.UNCONFIRMED, party_size=2, expires_at=NOW + timedelta(hours=hours)
        )
    make.registration(planned, status=RegistrationStatus.WAITING, proven_at=None, expires_at=NOW + timedelta(hours=30))
    make.registration(planned, status=RegistrationStatus.CONFIRMED)
    db.session.flush()
    with app.test_request_context():
        (line,) = service.list_attention(NOW)
    assert line == Line(
        "3 unbestätigte Anmeldungen ansehen",
        f"/verwaltung/anmeldungen/veranstaltung/{planned.id}/?status=unconfirmed", Urgency.WAITED_FOR,
        about=short(planned), until=NOW + timedelta(hours=20),
    )  # fmt: skip


def test_a_full_event_says_how_many_people_wait_and_which_offers_are_open(planned, make, deeds):
    make.registration(planned, status=RegistrationStatus.WAITING, party_size=3)
    make.registration(planned, status=RegistrationStatus.WAITING)
    make.registration(planned, status=RegistrationStatus.OFFERED, party_size=2)
    assert sorted(deeds()) == [
        ("2 angebotene Plätze ansehen", short(planned)),
        ("Ausgebucht, 4 Personen warten: Warteliste ansehen", short(planned)),
    ]


def test_an_event_that_is_full_says_so_when_nobody_waits_yet(planned, make, deeds, app):
    made = make.registration(planned, party_size=planned.capacity - 1)
    assert deeds() == []
    make.registration(planned)
    assert deeds() == [("Ausgebucht: Anmeldungen ansehen", short(planned))]
    assert urls(app)["Ausgebucht: Anmeldungen ansehen"] == f"/verwaltung/anmeldungen/veranstaltung/{planned.id}/"
    made.status = RegistrationStatus.CANCELLED
    assert deeds() == []
    planned.capacity = None
    assert deeds() == []


def test_registrations_of_what_has_begun_or_was_called_off_ask_for_nothing(planned, make, deeds):
    for event in (make.event(starts_at=NOW - timedelta(hours=1)), make.event(cancelled=True)):
        make.registration(event, status=RegistrationStatus.UNCONFIRMED)
        make.registration(event, status=RegistrationStatus.WAITING)
    assert [deed for deed, _about in deeds()] == ["Anwesenheit abhaken"]


def test_drafts_are_named_one_by_one_until_they_are_over(planned, make, deeds, app):
    draft = make.event(published=False, starts_at=make.in_days(200))
    make.event(published=False, starts_at=make.in_days(-20))
    make.event(published=False, cancelled=True)
    assert deeds() == [("Entwurf prüfen und veröffentlichen", short(draft))]
    assert urls(app)["Entwurf prüfen und veröffentlichen"] == f"/verwaltung/runde-tische/{draft.id}/"


def test_proposed_topics_of_the_next_round_table_are_counted_until_they_are_answered(planned, make, deeds):
    later = make.event(starts_at=make.in_days(90))
    first = round_tables.propose_topic(planned, None, "Wohnungen")
    second = round_tables.propose_topic(planned, None, "Fahrräder")
    round_tables.propose_topic(later, None, "Busse")
    assert deeds() == [("2 Themenvorschläge ansehen", short(planned))]
    round_tables.accept_topic(planned, first)
    round_tables.decline_topic(planned, second)
    assert deeds() == []


def test_after_a_round_table_attendance_and_minutes_are_asked_for(planned, make, deeds):
    over, by = make.event(starts_at=make.in_days(-3)), make.user()
    make.event(starts_at=make.in_days(-400))
    make.event(starts_at=make.in_days(-5), cancelled=True)
    assert deeds() == [
        ("Protokoll schreiben", short(over)), ("Anwesenheit abhaken und abschließen", short(over)),
    ]  # fmt: skip
    attendance.close_list(over)
    draft = minutes.Draft("Es war gut.", [], [])
    minutes.save_minutes(over, draft, version=0, by=by)
    assert deeds() == [("Protokoll prüfen und senden", short(over))]
    minutes.send_minutes(over, version=1)
    assert deeds() == []
    minutes.save_minutes(over, draft, version=1, by=by)
    assert deeds() == [("Protokoll prüfen und senden", short(over))]


def test_overdue_tasks_are_counted_until_they_are_done(planned, make, deeds):
    over, by = make.event(starts_at=make.in_days(-20)), make.user()
    attendance.close_list(over)
    today = clock.today()
    drafts = [
        minutes.TaskDraft(None, f"Aufgabe {due}", "", due) for due in (today - timedelta(days=1), today, None)
    ]  # fmt: skip
    minutes.save_minutes(over, minutes.Draft("", [], drafts), version=0, by=by)
    minutes.send_minutes(over, version=1)
    assert deeds() == [("1 überfällige Aufgabe ansehen", "aus früheren Runden Tischen")]
    (late,) = [task for task in minutes.list_tasks_of(over) if task.due_on == today - timedelta(days=1)]
    round_tables.set_done(late, done=True)
    assert deeds() == []


def test_reported_barriers_come_with_their_deadline(planned, deeds, app):
    for due_on, answered_at in ((date(2026, 7, 8), None), (date(2026, 6, 20), None), (date(2026, 6, 1), NOW)):
        db.session.add(BarrierReport(description="Schrift", due_on=due_on, answered_at=answered_at))
    assert deeds() == [("2 gemeldete Barrieren beantworten", "Frist: noch 12 Tage")]
    assert urls(app)["2 gemeldete Barrieren beantworten"] == "/verwaltung/barrieren/"


@pytest.mark.parametrize(("today", "expected"), [
    (datetime(2026, 6, 8, 9, tzinfo=UTC), ["Jahr 2026 planen"]),
    (datetime(2026, 9, 1, 9, tzinfo=UTC), ["Jahr 2026 planen", "Jahr 2027 planen"]),
    (datetime(2026, 12, 10, 9, tzinfo=UTC), ["Jahr 2027 planen"]),   # too late to invite to anything this year
])  # fmt: skip
def test_a_year_without_three_round_tables_is_to_be_planned(make, deeds, today, expected):
    far = datetime(2026, 12, 20, 14, tzinfo=UTC)
    make.event(starts_at=far, published=False), make.event(starts_at=far, cancelled=True)
    make.event(starts_at=datetime(2027, 3, 3, 14, tzinfo=UTC), published=False)
    with clock.stopped(today):
        planning = [(deed, about) for deed, about in deeds() if deed.startswith("Jahr")]
    assert [deed for deed, _about in planning] == expected
    assert {about for _deed, about in planning} == {"1 von 3 Runden Tischen geplant"}


def test_an_event_that_comes_near_asks_to_invite_people(planned, make, deeds, app):
    near = make.event(starts_at=make.in_days(40))
    assert deeds() == [("Ehrenamtliche einladen", short(near))]
    assert urls(app)["Ehrenamtliche einladen"] == f"/verwaltung/einladungen/{near.id}/"
    invitations.invite(near, [make.volunteer()], by=db.session.merge(make.user()))
    assert deeds() == []


def test_nobody_is_to_be_invited_to_what_is_full(planned, make, deeds):
    near = make.event(starts_at=make.in_days(40), capacity=1)
    assert "Ehrenamtliche einladen" in dict(deeds())
    make.registration(near)
    assert "Ehrenamtliche einladen" not in dict(deeds())


@pytest.mark.parametrize(("until", "expected"), [
    (None, False), (date(2026, 6, 8), False), (date(2026, 6, 7), True), (NOW, False),
    (NOW - timedelta(seconds=1), True),
])  # fmt: skip
def test_a_line_is_late_when_its_day_or_moment_has_passed(until, expected):
    assert Line("a", "", Urgency.TO_DO, until=until).is_late(NOW) is expected


def test_lines_stand_by_urgency_and_then_by_what_ends_first():
    broken = Line("a", "", Urgency.BROKEN)
    soon = Line("b", "", Urgency.WAITED_FOR, until=datetime(2026, 6, 8, 9, tzinfo=UTC))
    late = Line("c", "", Urgency.WAITED_FOR, until=date(2026, 6, 9))
    some_day = Line("d", "", Urgency.WAITED_FOR)
    assert in_order([some_day, late, soon, broken]) == [broken, soon, late, some_day]


@pytest.mark.parametrize(("number", "expected"), [(0, "0 Mails"), (1, "1 Mail"), (2, "2 Mails")])
def test_counted_writes_a_number_with_its_noun(number, expected):
    assert counted(number, "Mail", "Mails") == expected


def test_every_line_leads_to_a_page(planned, make, office, app):
    app.config["SMTP_HOST"] = ""
    over = make.event(starts_at=make.in_days(-3))
    make.event(published=False, starts_at=make.in_days(20))
    near = make.event(starts_at=make.in_days(15))
    for status in (RegistrationStatus.UNCONFIRMED, RegistrationStatus.WAITING, RegistrationStatus.OFFERED):
        make.registration(planned, status=status)
    round_tables.propose_topic(near, None, "Wohnungen")
    minutes.save_minutes(
        over, minutes.Draft("", [], [minutes.TaskDraft(None, "Raum buchen", "", date(2026, 6, 7))]), version=0,
        by=db.session.get(User, office.user.id),
    )  # fmt: skip
    db.session.add(BarrierReport(description="Schrift", due_on=date(2026, 6, 1)))
    mail(MailStatus.FAILED)
    page = office.get_page("/verwaltung/")
    rows = page.main.one("table").one("tbody").all("tr")
    assert len(rows) == 12
    assert len({row.one("a").text for row in rows}) == 12
    for row in rows:
        assert office.get_page(row.one("a")["href"]).status == 200


def test_on_the_day_itself_the_attendance_list_comes_first(app, planned, deeds):
    with clock.stopped(planned.starts_at - timedelta(hours=1)):
        assert deeds()[0][0] == "Anwesenheit abhaken"
        assert urls(app)["Anwesenheit abhaken"] == f"/verwaltung/runde-tische/{planned.id}/anwesenheit/"
    with clock.stopped(planned.starts_at - timedelta(days=1)):
        assert "Anwesenheit abhaken" not in [deed for deed, _about in deeds()]
