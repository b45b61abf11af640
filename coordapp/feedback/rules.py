"""When people are thanked and asked, and from how many answers on something is shown. No database is asked."""

from datetime import date, datetime, timedelta

from coordapp.events.models import Event
from coordapp.shared import clock

THANKED_AFTER, THANKED_UNTIL = timedelta(hours=12), timedelta(days=30)  # after the end of the last date
AWAKE = range(8, 20)  # the hours in which mails of this kind are written, German time
LINKS_LAST = timedelta(days=60)  # after the end of the last date; the room privacy deletes them then
CONFIDENTIAL_LINKS_LAST = timedelta(days=30)  # as all that is kept of a confidential event
FEWEST = 5  # answers below which nobody sees anything of them


def is_awake(at: datetime) -> bool:
    """Tell whether it is an hour at which one may write to people who expect nothing."""
    return clock.local(at).hour in AWAKE


def may_thank(event: Event, *, at: datetime) -> bool:
    """Tell whether those who came to an event are to be thanked and asked now."""
    if event.is_cancelled or not event.rules.asks_feedback:
        return False
    return THANKED_AFTER <= at - event.ends_at <= THANKED_UNTIL and is_awake(at)


def links_end_on(event: Event) -> date:
    """Return the last day on which the links to the questions work from morning to night."""
    return clock.local(_links_end_at(event)).date() - timedelta(days=1)


def are_links_open(event: Event, *, at: datetime) -> bool:
    """Tell whether links to the questions may still exist."""
    return at < _links_end_at(event)


def _links_end_at(event: Event) -> datetime:
    return event.ends_at + (CONFIDENTIAL_LINKS_LAST if event.is_confidential else LINKS_LAST)


def is_shown(answers: int) -> bool:
    """Tell whether so many answers may be looked at."""
    return answers >= FEWEST
