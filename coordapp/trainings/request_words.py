"""What requests for in-house trainings say in words, to those who asked and to the office."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from coordapp.shared import clock
from coordapp.trainings.models import RequestStatus, TrainingRequest

STATUS = {
    RequestStatus.NEW: _l("neu"),
    RequestStatus.IN_TALKS: _l("im Gespräch"),
    RequestStatus.HANDED_ON: _l("weitergegeben"),
    RequestStatus.AGREED: _l("zugesagt"),
    RequestStatus.DECLINED: _l("abgelehnt"),
}
STATUS_LONG = {  # for those who asked
    RequestStatus.NEW: _l("Ihre Anfrage ist bei uns angekommen. Jemand aus dem Büro meldet sich bei Ihnen."),
    RequestStatus.IN_TALKS: _l("Wir haben Ihnen geschrieben und sind mit Ihnen im Gespräch."),
    RequestStatus.HANDED_ON: _l("Wir können die Schulung nicht selbst machen. Jemand anderes kann Ihnen weiterhelfen."),
    RequestStatus.AGREED: _l("Wir machen die Schulung. Die Termine haben wir Ihnen geschickt."),
    RequestStatus.DECLINED: _l("Leider können wir diese Schulung nicht machen."),
}
BADGES = {
    RequestStatus.NEW: "warning",
    RequestStatus.IN_TALKS: "info",
    RequestStatus.HANDED_ON: "neutral",
    RequestStatus.AGREED: "success",
    RequestStatus.DECLINED: "neutral",
}
WORDS_SHOWN = 40  # letters of the request's own words in a list


def age(asked: TrainingRequest, *, at: datetime) -> str:
    """Say how old a request is: "heute", "1 Tag", "5 Tage"."""
    days = (clock.local(at).date() - clock.local(asked.received_at).date()).days
    return {0: "heute", 1: "1 Tag"}.get(days, f"{days} Tage")


def subject(asked: TrainingRequest) -> str:
    """Say in a few words what is asked for: the entry of the catalogue, or how their own words begin."""
    if asked.format is not None:
        return asked.format.title
    words = " ".join(asked.topic.split())
    return words if len(words) <= WORDS_SHOWN else f"{words[:WORDS_SHOWN].rsplit(' ', 1)[0]} …"
