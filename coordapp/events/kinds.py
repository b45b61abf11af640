"""The kinds of event as data: what differs between them is a value here, never a question elsewhere."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from coordapp.directory.models_consent import Purpose


class EventKind(StrEnum):
    """What sort of event it is."""

    ROUND_TABLE = "round_table"
    TRAINING = "training"


@dataclass(frozen=True)
class KindRules:
    """What holds for every event of one kind."""

    label: LazyString
    endpoint: str  # public page; takes event_id
    office_endpoint: str  # the office's page; takes event_id
    category: str  # CATEGORIES in calendars
    reminder_days: tuple[int, ...]  # days before the start, largest first
    has_waiting_list: bool
    offer_hours: int  # how long a freed place is kept for the next in line
    largest_party: int
    most_dates: int  # that belong together
    can_be_copied: bool  # to another day; if not, its room makes the next one
    more_endpoint: str  # page on which somebody registered says what only this kind asks; takes token
    more_label: LazyString  # what the way there is called
    office_more_endpoint: str | None  # the office's page for the same; takes registration_id
    invitation_purpose: Purpose  # what somebody must have agreed to before they are invited
    asks_feedback: bool  # who came gets three anonymous questions the day after


KINDS = {
    EventKind.ROUND_TABLE: KindRules(
        label=_("Runder Tisch"),
        endpoint="round_tables.show",
        office_endpoint="round_tables_office.show",
        category="Runder Tisch",
        reminder_days=(14, 2),
        has_waiting_list=True,
        offer_hours=48,
        largest_party=10,
        most_dates=1,
        can_be_copied=True,
        more_endpoint="round_tables.propose_topic",
        more_label=_("Ein Thema vorschlagen"),
        office_more_endpoint=None,
        invitation_purpose=Purpose.INVITE_ROUND_TABLE,
        asks_feedback=True,
    ),
    EventKind.TRAINING: KindRules(
        label=_("Schulung"),
        endpoint="trainings.show",
        office_endpoint="trainings_office.show",
        category="Schulung",
        reminder_days=(7, 1),
        has_waiting_list=True,
        offer_hours=72,
        largest_party=1,
        most_dates=12,
        can_be_copied=False,
        more_endpoint="trainings.own_answers",
        more_label=_("Verein und Arbeitsfeld angeben"),
        office_more_endpoint="trainings_office.answers_of",
        invitation_purpose=Purpose.INVITE_TRAINING,
        asks_feedback=True,
    ),
}
