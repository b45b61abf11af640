"""What guests of the demo county said afterwards: enough answers to see the result, and too few."""

from datetime import datetime

from coordapp.events import service as events
from coordapp.events.kinds import EventKind
from coordapp.feedback import results, rules, service

ANSWERS = (  # useful, clear, again (4 is best; None was left out), and a text
    (4, 4, 4, "Gut war, dass wir an Tischen gesessen haben. Bitte wieder so!"),
    (4, 3, 4, ""),
    (3, 4, 4, "Der letzte Bus fuhr zu früh. Könnten wir um 14 Uhr anfangen?"),
    (3, 2, 3, "Ich brauche mehr Zeit, um alles auf Deutsch zu verstehen."),
    (4, 4, None, ""),
    (2, 3, 3, ""),
    (4, None, 4, "شكراً، كان اللقاء مفيداً جداً."),
)
TOO_FEW = 3
SILENT = 4  # got a link and have not used it


def fill_in(*, now: datetime) -> None:
    """Let guests answer after the last two round tables that are so long over that nobody is asked any more."""
    held = events.list_events(EventKind.ROUND_TABLE)
    over = [event for event in reversed(held) if event.ends_at < now - rules.THANKED_UNTIL]
    for event, number in zip(over, (len(ANSWERS), TOO_FEW), strict=False):
        for useful, clear, again, text in ANSWERS[:number]:
            service.answer(service.make_ticket(event), useful=useful, clear=clear, again=again, text=text)
        if rules.are_links_open(event, at=now):
            for _number in range(SILENT):
                service.make_ticket(event)
    for event in over[:1]:
        first, *_unread = results.results_of(event).texts
        service.decide(first, event, is_passed_on=True)
        service.share(event)
