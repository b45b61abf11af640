"""Every mail of a registration in every language: what is in it, for whom, and that nothing of others is."""

from datetime import timedelta

import pytest

from coordapp.events import mails as events_mails
from coordapp.events import registration as registrations
from coordapp.events import reminders, service
from coordapp.events.models import CancelledBy, Need, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES

from .conftest import NOW

S = RegistrationStatus
SUBJECTS = {  # how the subject of each mail begins in German
    "confirm_registration": "Bitte bestätigen: ",
    "registered": "Sie sind angemeldet: ",
    "waiting": "Sie stehen auf der Warteliste: ",
    "registered_already": "Sie sind schon angemeldet: ",
    "registration_changed": "Ihre Anmeldung ist geändert: ",
    "registration_cancelled": "Sie sind abgemeldet: ",
    "place_offered": "Ein Platz ist frei für Sie: ",
    "offer_expired": "Der freie Platz ist weitergegeben: ",
    "event_changed": "Neuer Termin: ",
    "event_cancelled": "Abgesagt: ",
    "event_reinstated": "Nicht abgesagt, findet statt: ",
    "reminder": "Erinnerung: ",
}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def moved(event) -> service.Change:
    old = [(one.starts_at, one.ends_at) for one in event.dates]
    new = [(begin + timedelta(days=7), end + timedelta(days=7)) for begin, end in old]
    return service.Change(old_dates=old, new_dates=new, old_place=event.place, new_place=event.place)


WRITE = {
    "confirm_registration": (S.UNCONFIRMED, events_mails.registration_received),
    "registered": (S.CONFIRMED, events_mails.registration_received),
    "waiting": (S.WAITING, events_mails.registration_received),
    "registered_already": (S.CONFIRMED, events_mails.registered_already),
    "registration_changed": (S.CONFIRMED, events_mails.registration_changed),
    "registration_cancelled": (S.CANCELLED, lambda made: events_mails.registration_cancelled(made, had_entry=True)),
    "place_offered": (S.OFFERED, events_mails.place_offered),
    "offer_expired": (S.CANCELLED, events_mails.offer_expired),
    "event_changed": (S.CONFIRMED, lambda made: events_mails.event_changed(made, moved(made.event))),
    "event_cancelled": (S.CONFIRMED, events_mails.event_cancelled),
    "event_reinstated": (S.CONFIRMED, events_mails.event_reinstated),
    "reminder": (S.CONFIRMED, lambda made: events_mails.reminder(made, made.event.dates[0], days_before=2)),
}
CALENDAR = {
    "registered": "REQUEST", "registration_cancelled": "CANCEL", "event_changed": "REQUEST",
    "event_cancelled": "CANCEL", "event_reinstated": "REQUEST",
}  # fmt: skip
WITHOUT_LINK = ("registration_cancelled", "offer_expired", "event_cancelled")  # there is nothing left to do
TRANSLATED_FROM = "Guten Tag"  # stands in each mail, so that a mail in another language must not hold it


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", WRITE)
def test_each_mail_reads_well_in_each_language(make, mails, template, language):
    status, write = WRITE[template]
    event = make.event(title="Treffen", place=make.place(name="Rathaus", stop="Am Markt", last_bus="19:35 Uhr"))
    made = make.registration(
        event, make.person(name="Olha B."), status=status, language=language, party_size=2, needs=["interpreter"],
        interpreter_language="Dari", note="Wir kommen zu zweit",
    )  # fmt: skip
    assert write(made) is True
    (mail,) = mails()
    assert (mail.recipient, mail.recipient_name, mail.language) == (made.person.email, "Olha B.", language)
    assert "Treffen" in mail.subject
    assert f'lang="{language}"' in mail.html
    assert ('dir="rtl"' in mail.html) == (language in ("ar", "fa"))
    for body in (mail.subject, mail.text, mail.html):
        assert "%(" not in body
        assert "{{" not in body
    assert mail.calendar_method == CALENDAR.get(template)
    assert bool(mail.calendar) == (template in CALENDAR)
    is_german = language == "de"
    assert mail.subject.startswith(SUBJECTS[template]) == is_german
    assert (TRANSLATED_FROM in mail.text) == is_german


@pytest.mark.parametrize("template", [name for name in WRITE if name not in WITHOUT_LINK])
def test_each_mail_while_it_lasts_leads_to_the_registration(make, mails, template):
    status, write = WRITE[template]
    made = make.registration(status=status)
    write(made)
    (mail,) = mails()
    assert f"http://localhost/anmeldung/{made.token}/" in mail.text
    assert f"http://localhost/anmeldung/{made.token}/" in mail.html


def test_the_links_never_come_from_the_request(app, make, mails):
    with app.test_request_context(headers={"Host": "böse.example"}):
        events_mails.registration_received(make.registration())
    (mail,) = mails()
    assert "böse" not in mail.text + mail.html
    assert "http://localhost/" in mail.text


@pytest.mark.parametrize("status", [S.UNCONFIRMED, S.WAITING, S.OFFERED])
@pytest.mark.parametrize("template", ["event_changed", "event_cancelled", "event_reinstated"])
def test_who_has_no_place_gets_no_calendar_entry(make, mails, template, status):
    WRITE[template][1](make.registration(status=status))
    (mail,) = mails()
    assert (mail.calendar, mail.calendar_method) == (None, None)


def test_a_calendar_entry_names_nobody_but_the_reader(make, mails):
    event = make.event()
    made = make.registration(event, make.person(name="Olha B.", email="olha@example.org"))
    make.registration(event, make.person(name="Karim K.", email="karim@example.org"))
    events_mails.registration_received(made)
    (mail,) = mails()
    unfolded = mail.calendar.replace("\r\n ", "")
    assert unfolded.count("ATTENDEE") == 1
    assert 'CN="Olha B.":mailto:olha@example.org' in unfolded
    assert "PARTSTAT=ACCEPTED" in unfolded
    assert "karim" not in unfolded.casefold()
    assert made.token not in unfolded  # an entry is passed on easily; the link would let others cancel


def test_no_mail_holds_anything_of_other_people(make, mails):
    """Two people, all deeds: no mail of one holds name, address, note or link of the other."""
    event, other_event = make.event(capacity=2), make.event()
    olha = make.person(name="Olha Kanarienvogel", email="olha@example.org", phone="+493628111", proven=False)
    karim = make.person(name="Karim Rotkehlchen", email="karim@example.org", phone="+493628222")
    wishes = {
        olha: registrations.Wishes(needs=[Need.INTERPRETER], interpreter_language="Olhisch", note="Olhas Notiz"),
        karim: registrations.Wishes(needs=[Need.INTERPRETER], interpreter_language="Karimisch", note="Karims Notiz"),
    }
    made = {one: registrations.register(event, one, wishes[one], proven=one is karim) for one in (olha, karim)}
    third = registrations.register(event, make.person(), registrations.Wishes(), proven=True)
    registrations.confirm(made[olha])
    dates = [(one.starts_at + timedelta(days=1), one.ends_at + timedelta(days=1)) for one in event.dates]
    service.change_event(event, version=event.version, dates=dates, place=make.place())
    service.cancel_event(event)
    service.reinstate_event(event)
    with clock.stopped(event.starts_at - timedelta(days=2)):
        reminders.write_due()
    registrations.move(made[karim], other_event, moved_by=make.user(name="Ina Büro"))
    registrations.cancel(made[olha], by=CancelledBy.PARTICIPANT)
    assert third.status is S.OFFERED
    secrets = {
        one: (one.name, one.email, one.phone, wishes[one].note, wishes[one].interpreter_language, made[one].token)
        for one in (olha, karim)
    }
    for one, other in ((olha, karim), (karim, olha)):
        assert len(mails(one.email)) >= 6
        for mail in mails(one.email):
            whole = " ".join((mail.subject, mail.text, mail.html, mail.calendar or "", mail.recipient_name)).casefold()
            assert not [secret for secret in secrets[other] if secret.casefold() in whole], mail.template
    strangers = [mail for mail in mails() if mail.recipient == third.person.email]
    assert strangers
    for mail in strangers:
        whole = " ".join((mail.subject, mail.text, mail.html, mail.calendar or "")).casefold()
        assert not [secret for mine in secrets.values() for secret in mine if secret.casefold() in whole]


# threads and keys


def test_later_mails_answer_to_the_first_one(make, mails):
    event = make.event()
    made = registrations.register(event, make.person(proven=False), registrations.Wishes(), proven=False)
    registrations.confirm(made)
    registrations.change(made, registrations.Wishes(party_size=2))
    service.cancel_event(event)
    first, *later = mails()
    assert first.in_reply_to is None
    assert [mail.in_reply_to for mail in later] == [first.message_id] * 3
    other = registrations.register(make.event(), made.person, registrations.Wishes(), proven=True)
    assert mails()[-1].in_reply_to is None
    assert other.status is S.CONFIRMED


def test_all_keys_and_message_ids_are_different_through_a_long_story(make, mails):
    event = make.event(capacity=1)
    made = registrations.register(event, make.person(proven=False), registrations.Wishes(), proven=False)
    registrations.confirm(made)
    for _time in range(3):
        registrations.change(made, registrations.Wishes(note=str(clock.now()) + str(_time)))
        service.cancel_event(event)
        service.reinstate_event(event)
        registrations.cancel(made, by=CancelledBy.PARTICIPANT)
        registrations.register(event, made.person, registrations.Wishes(), proven=True)
    written = mails()
    assert len(written) == 2 + 3 * 5
    assert len({mail.key for mail in written}) == len(written)
    assert len({mail.message_id for mail in written}) == len(written)


def test_calendars_always_see_a_newer_sequence(make, mails):
    event = make.event()
    made = registrations.register(event, make.person(), registrations.Wishes(), proven=True)
    service.cancel_event(event)
    service.reinstate_event(event)
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    registrations.register(event, made.person, registrations.Wishes(), proven=True)
    entries = [mail.calendar for mail in mails()]
    sequences = [int(entry.partition("SEQUENCE:")[2].partition("\r\n")[0]) for entry in entries]
    assert sequences == sorted(set(sequences))
    assert len({entry.replace("\r\n ", "").partition("UID:")[2].partition("\r\n")[0] for entry in entries}) == 1


def test_a_mail_that_comes_too_late_is_of_no_use(make, mails):
    until = NOW + timedelta(hours=5)
    for write, status in (
        (events_mails.registration_received, S.UNCONFIRMED), (events_mails.place_offered, S.OFFERED),
    ):  # fmt: skip
        write(make.registration(status=status, expires_at=until))
    assert [mail.expires_at for mail in mails()] == [until, until]


# hidden places


@pytest.mark.parametrize("template", WRITE)
def test_a_hidden_place_is_only_told_to_who_is_coming(make, mails, template):
    status, write = WRITE[template]
    place = make.place(name="Schutzhaus", street="Geheimweg 7", stop="Geheimhalt", last_bus="Geheimbus")
    made = make.registration(make.event(place=place, hides_address=True), status=status)
    write(made)
    (mail,) = mails()
    whole = mail.subject + mail.text + mail.html + (mail.calendar or "").replace("\r\n ", "")
    assert ("Geheim" in mail.text or "Schutzhaus" in mail.text) <= made.is_coming
    if not made.is_coming:
        assert "Geheim" not in whole
        assert "Schutzhaus" not in whole


def test_who_waits_learns_only_the_municipality_when_a_hidden_place_is_new(make, mails):
    event = make.event(place=make.place(name="Altes Schutzhaus", municipality="Ilmenau"), hides_address=True)
    waiting, coming = make.registration(event, status=S.WAITING), make.registration(event)
    new = make.place(name="Neues Schutzhaus", street="Geheimweg 7", municipality="Arnstadt")
    dates = [(one.starts_at, one.ends_at) for one in event.dates]
    service.change_event(event, version=event.version, dates=dates, place=new, capacity=1)
    (told,) = mails(waiting.person.email)
    assert "Schutzhaus" not in told.text
    assert "Neuer Ort: Arnstadt" in told.text
    (told,) = mails(coming.person.email)
    assert "Neuer Ort: Neues Schutzhaus, Geheimweg 7, 99310 Arnstadt" in told.text


# words


def test_a_change_says_before_and_after(make, mails):
    event = make.event(starts_at=make.in_days(30), place=make.place(name="Rathaus"))
    make.registration(event)
    old = event.starts_at
    dates = [(old + timedelta(days=7), old + timedelta(days=7, hours=2))]
    service.change_event(event, version=event.version, dates=dates, place=make.place(name="Schloss"))
    (mail,) = mails()
    assert "Bisher: Mittwoch, 23. Dezember 2026, 15:00 bis 18:00 Uhr" in mail.text
    assert "Neu: Mittwoch, 30. Dezember 2026, 15:00 bis 17:00 Uhr" in mail.text
    assert "Bisheriger Ort: Rathaus" in mail.text
    assert "Neuer Ort: Schloss" in mail.text


def test_who_registers_again_while_waiting_is_not_told_they_are_registered(make, mails):
    made = make.registration(status=S.WAITING)
    events_mails.registered_already(made)
    (mail,) = mails()
    assert mail.subject.startswith("Sie stehen auf der Warteliste: ")


def test_nobody_without_an_address_gets_a_mail(make, mails):
    assert events_mails.registration_received(make.registration(of_person=make.person(email=None))) is False
    assert mails() == []


def test_what_people_typed_is_not_repeated_in_mails(make, mails):
    made = make.registration(note="<script>alert(1)</script> https://boese.example", interpreter_language="boese")
    events_mails.registration_received(made)
    events_mails.registration_changed(made)
    assert len(mails()) == 2
    for mail in mails():
        assert [word for word in ("script", "boese") if word in mail.text + mail.html] == []


def test_what_the_office_typed_stays_text(make, mails):
    event = make.event(title="<script>alert(1)</script> {{ 7*7 }} %(x)s")
    events_mails.registration_received(make.registration(event))
    (mail,) = mails()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "{{ 7*7 }} %(x)s" in mail.text


# what the office sees before


@pytest.mark.parametrize(("template", "facts"), [("event_cancelled", {}), ("event_reinstated", {})])
def test_a_preview_is_what_is_then_sent(make, mails, template, facts):
    event = make.event()
    made = make.registration(event)
    shown = events_mails.preview(event, template, **facts)
    WRITE[template][1](made)
    (mail,) = mails()
    assert shown == f"{mail.subject}\n\n{mail.text}".replace(made.token, "beispiel")
    assert db.session.query(type(mail)).count() == 1


def test_the_preview_of_a_change_is_what_is_then_sent(make, mails):
    event = make.event(place=make.place(stop="Am Markt"))
    made = make.registration(event)
    change = service.planned_change(event, dates=moved(event).new_dates, place=make.place(name="Schloss"))
    shown = events_mails.preview_change(event, change, title="Neuer Titel")
    service.change_event(
        event, version=event.version, dates=change.new_dates, place=change.new_place, title="Neuer Titel"
    )
    (mail,) = mails()
    assert shown == f"{mail.subject}\n\n{mail.text}".replace(made.token, "beispiel")
