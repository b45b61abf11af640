"""Every address of the site, with every id and token that a full database gives for it."""

from collections.abc import Iterator
from itertools import product

from flask import Flask, url_for
from werkzeug.routing import IntegerConverter, Rule

from coordapp.accounts.guards import Access, access_of
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import funders

UNKNOWN = {"int": 999_999, "string": "gibt-es-nicht", "default": "gibt-es-nicht"}
NAMED = {  # argument: table, where the name does not say it
    "user_id": "account",
    "item_id": "agenda_item",
    "other_id": "person",
    "report_id": "barrier_report",
    "format_id": "training_format",
    "request_id": "training_request",
    "interest_id": "training_interest",
    "record_id": "training_record",
    "answer_id": "feedback_answer",
}
EACH = 3  # ids tried of one kind, beside one that does not exist


def rules_of(app: Flask, *, method: str, access: Access | None = None) -> list[Rule]:
    """List the rules that take a method, and that carry a mark where one is asked for."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and (access is None or access_of(app, rule.endpoint) is access)
    ]


def addresses_of(app: Flask, rule: Rule, *, tokens: list[str], newest: bool = False) -> Iterator[str]:
    """Yield the addresses of a rule: one for each combination of values, the first ones of each argument, or newest."""
    arguments = sorted(rule.arguments)
    values = [[*known_values(name, tokens=tokens, newest=newest), _unknown(rule, name)] for name in arguments]
    with app.test_request_context():
        for combination in product(*values):
            yield url_for(rule.endpoint, **dict(zip(arguments, combination, strict=True)))


def known_values(argument: str, *, tokens: list[str], newest: bool = False) -> list:
    """Return some values that the database has for an argument of an address; fail for a name nobody knows."""
    if argument == "token":
        return tokens
    if argument == "logo":
        return [funders.logo_name(funder) for funder in funders.list_funders()]
    if argument == "year":
        edition = db.metadata.tables["edition"]
        return list(db.session.scalars(db.select(edition.c.year).distinct().order_by(edition.c.year)))
    table = NAMED.get(argument, argument.removesuffix("_id"))
    assert table in db.metadata.tables, f"no table for <{argument}>: give the argument the name of its table and _id"
    if table == "event" and not newest:
        return _events_of_each_kind()
    columns = db.metadata.tables[table].primary_key.columns
    order = [column.desc() if newest else column for column in columns]
    found = list(db.session.scalars(db.select(*columns).order_by(*order).limit(EACH)))
    assert found, f"the demo county has no {table}"
    return found


def _events_of_each_kind() -> list[int]:
    events = db.metadata.tables["event"].c
    ids = [
        db.session.scalars(db.select(events.id).where(events.kind == kind).order_by(events.id).limit(2)).all()
        for kind in EventKind
    ]
    assert all(ids), "the demo county has no event of some kind"
    return [event_id for of_kind in ids for event_id in of_kind]


def all_tokens() -> list[str]:
    """Return tokens that links carry, of every table that keeps them readable, and of who comes to what is ahead."""
    return [*(token for kind in EventKind for token in _tokens_of_coming(kind)), *_tokens_of_tables()]


def _tokens_of_coming(kind: EventKind) -> list[str]:
    ahead = (Event.kind == kind, Event.dates.any(EventDate.starts_at > clock.now()), Event.cancelled_at.is_(None))
    coming = (
        db.select(Registration.token).join(Event).where(Registration.status == RegistrationStatus.CONFIRMED, *ahead)
    )
    return list(db.session.scalars(coming.order_by(Event.is_confidential, Registration.id).limit(1)))


def _tokens_of_tables() -> list[str]:
    return [
        token
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name in ("token", "group_token")
        for token in db.session.scalars(db.select(column).where(column.is_not(None)).order_by(column).limit(EACH))
    ]


def _unknown(rule: Rule, argument: str):
    return UNKNOWN["int" if isinstance(rule._converters[argument], IntegerConverter) else "string"]


def dump() -> dict[str, list[tuple]]:
    """Return all rows of all tables."""
    db.session.rollback()
    rows = {}
    for table in db.metadata.sorted_tables:
        order = list(table.primary_key.columns)
        rows[table.name] = [tuple(row) for row in db.session.execute(db.select(table).order_by(*order))]
    db.session.rollback()
    return rows
