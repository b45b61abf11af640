"""Nothing that is stored leads from an answer to a person. Every table is looked at, whoever adds one."""

import re
from collections import Counter

import pytest

from coordapp.accounts.tokens import token_hash
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback.models import FeedbackAnswer, FeedbackShare, FeedbackTicket
from coordapp.outbox.sender import Sender
from coordapp.shared import clock

from .conftest import MORNING_AFTER, list_thanks, run, token_in

OURS = (FeedbackAnswer.__table__, FeedbackTicket.__table__, FeedbackShare.__table__)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def dump() -> dict[str, Counter]:
    """Return the rows of all tables, however they are ordered."""
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return {table.name: Counter(repr(tuple(row)) for row in db.session.execute(db.select(table))) for table in tables}


def send_all() -> None:
    with clock.stopped(MORNING_AFTER):
        sender = Sender()
        while sender.send_next():
            pass
        sender.close()


@pytest.fixture
def asked(app, past, make, smtp) -> dict[str, str]:
    """Return the tokens that two people got by mail, by their names; the mails are sent."""
    event = past(0)
    for name in ("Anna Kern", "Bela Lang"):
        make.registration(event, make.person(name=name), status=RegistrationStatus.ATTENDED)
    run()
    tokens = {mail.recipient_name: token_in(mail) for mail in list_thanks()}
    db.session.commit()
    send_all()
    return tokens


def give(client, token: str, **data) -> None:
    client.post_form(f"/rueckmeldung/{token}/", data, status=200)


def test_an_answer_changes_nothing_but_one_ticket_and_one_answer(app, client, asked):
    before = dump()
    give(client, asked["Anna Kern"], useful="4", text="Schön")
    after = dump()
    assert {name for name in before if before[name] != after[name]} == {"feedback_ticket", "feedback_answer"}
    assert (before["feedback_ticket"] - after["feedback_ticket"]).total() == 1
    assert (after["feedback_answer"] - before["feedback_answer"]).total() == 1


def test_afterwards_the_database_is_the_same_whoever_said_what(app, client, asked):
    """Two people give two answers, then the other way round: but for the random ids nobody can tell which it was."""

    def stored(said: dict[str, dict]) -> dict[str, Counter]:
        for name, data in said.items():
            give(client, asked[name], **data)
        rows = {
            name: Counter({UUID.sub("id", row): number for row, number in counted.items()})
            for name, counted in dump().items()
        }
        event_id = db.session.scalars(db.select(FeedbackAnswer.event_id).limit(1)).one()
        db.session.execute(db.delete(FeedbackAnswer))
        for token in asked.values():  # as if nobody had answered yet
            db.session.add(FeedbackTicket(token_hash=token_hash(token), event_id=event_id))
        db.session.commit()
        return rows

    good, bad = {"useful": "4", "text": "Sehr gut"}, {"useful": "1", "text": "Zu laut"}
    one_way = stored({"Anna Kern": good, "Bela Lang": bad})
    other_way = stored({"Bela Lang": good, "Anna Kern": bad})
    assert one_way["feedback_answer"].total() == 2
    assert one_way == other_way


def test_nothing_that_an_answer_holds_stands_anywhere_else(app, client, asked):
    for token in asked.values():
        give(client, token, again="2", text="Ein Kanarienvogel")
    tables = dump()
    ids = db.session.scalars(db.select(FeedbackAnswer.id)).all()
    elsewhere = "\n".join(row for name, rows in tables.items() if name != "feedback_answer" for row in rows)
    everywhere = elsewhere + "\n".join(tables["feedback_answer"])
    assert len(ids) == 2
    assert not any(answer_id in elsewhere for answer_id in ids)
    assert "Kanarienvogel" not in elsewhere
    for token in asked.values():
        assert token not in everywhere
        assert token_hash(token) not in everywhere
    assert "Anna Kern" in elsewhere  # what must not join is there


def test_the_tables_point_at_the_event_and_at_nothing_else_and_know_no_time(app):
    for table in OURS:
        assert {key.target_fullname for key in table.foreign_keys} == {"event.id"}
    assert {column.name for column in FeedbackTicket.__table__.columns} == {"token_hash", "event_id"}
    assert {column.name for column in FeedbackAnswer.__table__.columns} == {
        "id", "event_id", "useful", "clear", "again", "text", "text_status",
    }  # fmt: skip
    pointing_here = {
        str(key.parent) for table in db.metadata.sorted_tables for key in table.foreign_keys
        if key.column.table in OURS
    }  # fmt: skip
    assert pointing_here == set()


def test_tickets_are_stored_in_an_order_that_is_not_that_of_the_mails(app, past, make):
    event = past(40)
    run()
    of_the_mails = [token_hash(token_in(mail)) for mail in list_thanks()]
    hidden_order = "rowid" if db.engine.dialect.name == "sqlite" else "ctid"
    statement = db.text(f"SELECT token_hash FROM feedback_ticket WHERE event_id = :id ORDER BY {hidden_order}")
    stored = list(db.session.scalars(statement, {"id": event.id}))
    assert stored == sorted(of_the_mails)
    assert stored != of_the_mails


def test_an_answer_leaves_no_line_in_the_log(app, client, asked, caplog):
    with caplog.at_level("DEBUG"):
        give(client, asked["Anna Kern"], clear="3", text="Kanarienvogel")
    assert "Kanarienvogel" not in caplog.text
    assert asked["Anna Kern"] not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("coordapp")]
