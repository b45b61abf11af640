"""Read the answers of calendar programs: METHOD:REPLY of RFC 5546. Nothing here asks the database."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from enum import StrEnum
from urllib.parse import unquote

from coordapp.mailbox.reading import text_of

LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;(?:[^":]|"[^"]*")*)?):(.*)', re.S)  # nothing in it can be read in two ways
PARAMETER = re.compile(r';([^=:;"]+)=("[^"]*"|[^:;"]*)')
MOST_LINES, LONGEST_LINE = 5000, 10_000


class Participation(StrEnum):
    """What somebody answered: PARTSTAT of RFC 5545 3.2.12."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    DELEGATED = "DELEGATED"


@dataclass(frozen=True)
class Reply:
    """One answer to one date."""

    uid: str
    address: str  # of the ATTENDEE, in lower case
    participation: Participation
    sequence: int | None  # of the entry that was answered to; None: not said
    stamped_at: datetime | None


@dataclass(frozen=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str


def read_reply(message: Message) -> Reply | None:
    """Return the answer in a message; None where there is none, or none that can be understood."""
    for part in message.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            reply = parse(text_of(part))
            if reply is not None:
                return reply
    return None


def parse(calendar: str) -> Reply | None:
    """Return the answer in an iCalendar object: exactly one event with exactly one attendee."""
    properties = [found for line in _unfold(calendar) if (found := _property(line)) is not None]
    if not any(one.name == "METHOD" and one.value.strip().upper() == "REPLY" for one in properties):
        return None
    events = _events(properties)
    if len(events) != 1:
        return None
    event = events[0]
    attendees = [one for one in event if one.name == "ATTENDEE"]
    uid, participation = _value(event, "UID"), _participation(attendees)
    if not uid or participation is None or _value(event, "RECURRENCE-ID"):
        return None
    return Reply(
        uid=uid, address=_address(attendees[0].value), participation=participation,
        sequence=_number(_value(event, "SEQUENCE")), stamped_at=_moment(_value(event, "DTSTAMP")),
    )  # fmt: skip


def _unfold(calendar: str) -> list[str]:
    """Return the content lines (RFC 5545 3.1)."""
    text = calendar.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\n[ \t]", "", text).split("\n")[:MOST_LINES]


def _property(line: str) -> _Property | None:
    found = LINE.fullmatch(line[:LONGEST_LINE])
    if found is None:
        return None
    parameters = {name.upper(): value.strip('"') for name, value in PARAMETER.findall(found[2])}
    return _Property(found[1].upper(), parameters, found[3])


def _events(properties: list[_Property]) -> list[list[_Property]]:
    """Return what stands directly in each VEVENT; alarms inside and time zones beside are left out."""
    events: list[list[_Property]] = []
    inside: list[str] = []
    for one in properties:
        if one.name == "BEGIN":
            inside.append(one.value.strip().upper())
            if inside[-1] == "VEVENT":
                events.append([])
        elif one.name == "END":
            inside = inside[:-1]
        elif inside and inside[-1] == "VEVENT":
            events[-1].append(one)
    return events


def _participation(attendees: list[_Property]) -> Participation | None:
    if len(attendees) != 1:
        return None
    said = attendees[0].parameters.get("PARTSTAT", "").upper()
    return Participation(said) if said in list(Participation) else None


def _value(event: list[_Property], name: str) -> str:
    return next((one.value.strip() for one in event if one.name == name), "")


def _address(value: str) -> str:
    return unquote(re.sub(r"(?i)^mailto:", "", value.strip())).strip().lower()


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"\d{1,9}", value) else None


def _moment(value: str) -> datetime | None:
    """Return a DTSTAMP, which is always in UTC (RFC 5545 3.8.7.2)."""
    try:
        return datetime.strptime(value.upper().rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
