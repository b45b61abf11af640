"""What the office must do about those who ask for a training of their own, or wait for the next group."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import url_for

from coordapp.shared import languages
from coordapp.shared.attention import Line, Urgency, counted
from coordapp.trainings import demand, requests
from coordapp.trainings.models import RequestStatus, TrainingRequest

ANSWERED_WITHIN = timedelta(days=3)  # as those who ask are told
ENOUGH = 10  # people for a group without a limit
TALKED_ABOUT = timedelta(days=30)  # after that somebody should decide


def list_lines(now: datetime) -> list[Line]:
    """Say how many requests wait for a first answer, and which have been talked about for long."""
    asked = requests.list_open()
    new = [one for one in asked if one.status is RequestStatus.NEW]
    in_talks = [one for one in asked if one.status is RequestStatus.IN_TALKS and one.received_at < now - TALKED_ABOUT]
    lines = []
    if new:
        is_late = new[0].received_at < now - ANSWERED_WITHIN
        words = f"{counted(len(new), 'Anfrage', 'Anfragen')} nach einer Schulung beantworten"
        lines.append(_line(new, words, Urgency.BROKEN if is_late else Urgency.WAITED_FOR))
    if in_talks:
        words = f"{counted(len(in_talks), 'Anfrage', 'Anfragen')} nach einer Schulung entscheiden"
        lines.append(_line(in_talks, words, Urgency.TO_DO))
    return [*lines, *_wanted()]


def _wanted() -> Iterator[Line]:
    """Name the formats that enough people wait for to fill half a group."""
    for wanted in demand.list_demand():
        number, since = len(wanted.waiters), wanted.since
        if since is not None and number >= (wanted.format.capacity or ENOUGH) / 2:
            url = url_for("demand_office.show", format_id=wanted.format.id)
            about = f"{wanted.format.title}: {counted(number, 'Person wartet', 'Personen warten')}"
            yield Line("Nächste Gruppe öffnen", url, Urgency.TO_DO, about=f"{about} seit {languages.short_day(since)}")


def _line(asked: list[TrainingRequest], words: str, urgency: Urgency) -> Line:
    since = languages.short_day(asked[0].received_at)
    about = f"Die älteste ist vom {since}." if len(asked) > 1 else f"Sie ist vom {since}."
    return Line(words, url_for("training_requests_office.index"), urgency, about=about)
