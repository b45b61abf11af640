"""What the tests of this room share: an event that is over, with people who came."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from coordapp.events.models import Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback import service, thanks
from coordapp.feedback.models import FeedbackAnswer, TextStatus
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from tests import make as factories

ENDED = clock.from_local(date(2026, 9, 15), time(18))  # a Tuesday, summer time
MORNING_AFTER = ENDED + timedelta(hours=16)  # Wednesday at ten
TEXT = "Das war ein Kanarienvogel-Abend"


@pytest.fixture(autouse=True)
def _on_the_morning_after(app):
    with clock.stopped(MORNING_AFTER):
        yield


@pytest.fixture
def past(make) -> Callable[..., Event]:
    """Return a function that makes an event that ended the evening before, with so many people who came."""

    def event(came: int = 1, **columns) -> Event:
        columns = {"starts_at": ENDED - timedelta(hours=3), "ends_at": ENDED, "capacity": None} | columns
        made = factories.event(**columns)
        for _number in range(came):
            factories.registration(made, status=RegistrationStatus.ATTENDED)
        return made

    return event


@pytest.fixture
def answered(past) -> Callable[..., Event]:
    """Return a function that makes a past event with so many answers, the first with a text of this status."""

    def event(number: int, *, status: TextStatus = TextStatus.UNREAD, **columns) -> Event:
        made = past(0, **columns)
        for count in range(number):
            text = TEXT if count == 0 else ""
            service.answer(service.make_ticket(made), useful=4, clear=3, again=None if count else 1, text=text)
        db.session.execute(db.update(FeedbackAnswer).where(FeedbackAnswer.text != "").values(text_status=status))
        return made

    return event


def run(moment: datetime = MORNING_AFTER) -> int:
    """Run the job as the worker does, until nothing is left; return how many mails were written."""
    with clock.stopped(moment):
        written = 0
        while (more := thanks.write_due()) > 0:
            db.session.commit()
            written += more
    return written


def list_thanks() -> list[Mail]:
    """List the mails that thank and ask, oldest first."""
    mine = db.select(Mail).where(Mail.template == "feedback/mail/thank_you.txt")
    return list(db.session.scalars(mine.order_by(Mail.id)))


def token_in(mail: Mail) -> str:
    """Return the token of the link in a mail."""
    return mail.text.partition("/rueckmeldung/")[2].partition("/")[0]
