from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from werkzeug.http import http_date

from coordapp.calendar import feeds
from coordapp.events import places, service
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FEED = "/kalender/ilm-kreis.ics"
CANARIES = ("Kanarienvogel", "kanari@example.org", "+4936287777777", "Kanari-Notiz", "Kanari-Sprache")


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def later(**time):
    return clock.stopped(NOW + timedelta(**time))


def titles(response) -> list[str]:
    return [str(e["SUMMARY"]) for e in icalendar.Calendar.from_ical(response.data).walk("VEVENT")]


def test_the_feed_holds_all_public_dates_as_both_parsers_read_them(client, make):
    events = [
        make.event(starts_at=datetime(2027, 3, 28, 0, 30, tzinfo=UTC), ends_at=datetime(2027, 3, 28, 12, tzinfo=UTC)),
        make.event(starts_at=datetime(2027, 7, 6, 13, tzinfo=UTC)),
        make.event(starts_at=datetime(2027, 10, 30, 22, tzinfo=UTC), ends_at=datetime(2027, 10, 31, 9, tzinfo=UTC)),
        make.event(starts_at=datetime(2027, 12, 7, 14, tzinfo=UTC), cancelled=True),
    ]
    expected = [(e.dates[0].uid, e.starts_at, e.ends_at, e.cancelled_at is not None) for e in events]
    response = client.get(FEED)
    assert response.content_type == "text/calendar; charset=utf-8"
    by_library = [
        (str(e["UID"]), e.decoded("DTSTART").astimezone(UTC), e.decoded("DTEND").astimezone(UTC),
         str(e["STATUS"]) == "CANCELLED")
        for e in icalendar.Calendar.from_ical(response.data).walk("VEVENT")
    ]  # fmt: skip
    by_vobject = [
        (e.uid.value, e.dtstart.value.astimezone(UTC), e.dtend.value.astimezone(UTC), e.status.value == "CANCELLED")
        for e in vobject.readOne(response.text).vevent_list
    ]
    assert by_library == by_vobject == expected


def test_the_time_zone_in_the_feed_is_that_of_the_tz_database(client, make):
    berlin = ZoneInfo("Europe/Berlin")
    for month in range(1, 13):
        for day in (1, 15, 26, 28):
            make.event(starts_at=datetime(2027, month, day, 11, tzinfo=berlin).astimezone(UTC))
    entries = vobject.readOne(client.get(FEED).text).vevent_list
    assert len(entries) == 48
    assert all(e.dtstart.value.utcoffset() == e.dtstart.value.astimezone(berlin).utcoffset() for e in entries)
    assert all(e.dtstart.value.hour == 11 for e in entries)


def test_nobody_is_named_in_public_feeds_though_people_are_registered(client, make):
    event = make.event()
    person = make.person(name="Kanarienvogel", email="kanari@example.org", phone="+4936287777777")
    for status in RegistrationStatus:
        make.registration(event, make.person(name=f"Kanarienvogel {status}"), status=status)
    make.registration(event, person, note="Kanari-Notiz", interpreter_language="Kanari-Sprache", needs=["food"])
    for address in (FEED, f"{FEED}?gemeinde=Arnstadt&art=round_table&sprache=ar", f"/kalender/termin/{event.id}.ics"):
        text = client.get(address).text.replace("\r\n ", "")
        assert event.title in text
        assert not any(canary in text for canary in (*CANARIES, "ATTENDEE", "ORGANIZER", "mailto:"))


def test_who_has_the_feed_already_gets_an_empty_answer(client, make):
    make.event()
    with later(minutes=5):
        first = client.get(FEED)
        again = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Last-Modified"] == http_date(NOW)
    assert first.headers["Cache-Control"] == "public, max-age=900"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_who_knows_the_time_only_gets_an_empty_answer_too(client, make):
    make.event()
    first = client.get(FEED)
    assert client.get(FEED, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    before = http_date(NOW - timedelta(seconds=1))
    assert client.get(FEED, headers={"If-Modified-Since": before}).status_code == 200


def test_the_head_of_the_feed_can_be_asked_for(client, make):
    make.event()
    full, head = client.get(FEED), client.head(FEED)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(full.data))


@pytest.mark.parametrize("address", [FEED, f"{FEED}?sprache=ar", "/kalender/termin/{}.ics?sprache=uk"])
def test_a_feed_sets_no_cookie_and_is_alike_for_everybody(client, office, make, address):
    address = address.format(make.event().id)
    first = client.get(address, headers={"Accept-Language": "en"})
    second = office.get(address, headers={"Accept-Language": "fa"})
    assert not any("Set-Cookie" in response.headers for response in (first, second))
    assert first.data == second.data


def test_unchanged_data_give_the_same_bytes_in_every_process(client, make):
    event = make.event()
    make.registration(event)
    with later(hours=1):
        first = client.get(FEED)
        feeds._kept.cache_clear()  # as another process, which has not written it yet
        make.registration(event)
        second = client.get(FEED)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]


def change_title(event):
    service.change_event(
        event, version=event.version, dates=[(event.starts_at, event.ends_at)], place=event.place, title="Neuer Titel"
    )


def move(event):
    dates = [(event.starts_at + timedelta(days=7), event.ends_at + timedelta(days=7))]
    service.change_event(event, version=event.version, dates=dates, place=event.place)


def mend_place(event):
    event.place.stop = "Neue Haltestelle"
    places.save_place(event.place)


@pytest.mark.parametrize("change", [change_title, move, mend_place, service.cancel_event, service.withdraw])
@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=2)])
def test_every_public_change_is_in_the_feed_at_once(client, make, change, after):
    event = make.event()
    with clock.stopped(NOW + after):
        before = client.get(FEED)
        change(event)
        db.session.commit()
        changed = client.get(FEED, headers={"If-None-Match": before.headers["ETag"]})
        again = client.get(FEED, headers={"If-None-Match": changed.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != before.headers["ETag"]
    assert changed.data != before.data
    assert again.status_code == 304


def test_two_changes_in_one_second_are_both_seen(client, make):
    event = make.event()
    change_title(event)
    db.session.commit()
    first = client.get(FEED)
    mend_place(event)
    db.session.commit()
    assert "Neue Haltestelle" in client.get(FEED).text
    assert "Neue Haltestelle" not in first.text


@pytest.mark.parametrize(("days", "is_there"), [(0, True), (29, True), (30, True), (32, False)])
def test_a_cancelled_date_stays_for_thirty_days(client, make, days, is_there):
    event = make.event(title="Treffen", starts_at=NOW + timedelta(days=1))
    service.cancel_event(event)
    with later(days=days):
        assert titles(client.get(FEED)) == (["ABGESAGT: Treffen"] if is_there else [])


def test_a_cancelled_date_that_is_still_to_come_stays_until_its_day(client, make):
    event = make.event(title="Treffen", starts_at=NOW + timedelta(days=100))
    service.cancel_event(event)
    with later(days=99):
        assert titles(client.get(FEED)) == ["ABGESAGT: Treffen"]


def test_what_is_over_leaves_the_feed_after_a_year(client, make):
    make.event(title="Lange her", starts_at=NOW - timedelta(days=370))
    make.event(title="Neulich", starts_at=NOW - timedelta(days=300))
    assert titles(client.get(FEED)) == ["Neulich"]


def test_a_feed_can_be_of_one_municipality(client, make):
    make.event(title="In Ilmenau", place=make.place(municipality="Ilmenau"))
    make.event(title="In Plaue", place=make.place(municipality="Plaue"))
    response = client.get(f"{FEED}?gemeinde=Ilmenau")
    assert titles(response) == ["In Ilmenau"]
    assert "X-WR-CALNAME:Termine: Ilm-Kreis – Ilmenau\r\n" in response.text


@pytest.mark.parametrize("query", ["gemeinde=Berlin", "art=party"])
def test_a_feed_of_something_that_does_not_exist_is_not_found(client, query):
    client.get_page(f"{FEED}?{query}", status=404)


def test_the_feed_of_an_empty_calendar_is_a_calendar(client):
    response = client.get(FEED)
    assert response.status_code == 200
    assert titles(response) == []
    assert "Last-Modified" not in response.headers


def test_the_file_of_an_event_is_for_what_the_public_may_see(client, make):
    shown = make.event(title="Offen")
    hidden = [make.event(published=False), make.event(group_only=True)]
    response = client.get(f"/kalender/termin/{shown.id}.ics")
    assert titles(response) == ["Offen"]
    assert response.content_type == "text/calendar; charset=utf-8"
    again = client.get(f"/kalender/termin/{shown.id}.ics", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for number in (*(event.id for event in hidden), 999999):
        client.get_page(f"/kalender/termin/{number}.ics", status=404)


def test_the_feed_asks_as_often_for_500_dates_as_for_none_and_once_when_kept(client, make, count_queries):
    place = make.place()
    feeds._kept.cache_clear()
    with count_queries() as empty:
        client.get(FEED)
    for number in range(500):
        make.event(place=place, starts_at=make.in_days(number % 300))
    db.session.commit()
    db.session.expire_all()
    with later(minutes=1):
        with count_queries() as cold:
            assert len(titles(client.get(FEED))) == 500
        with count_queries() as warm:
            client.get(FEED)
    assert len(cold) == len(empty)
    assert len(warm) == 1
