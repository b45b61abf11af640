"""What trainings say in words: what sort they are, what they cost, what they are about."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coordapp.trainings.models import FormatType

TYPES = {
    FormatType.TRAINING: _l("Schulung"),
    FormatType.SUPERVISION: _l("Supervision"),
    FormatType.COACHING: _l("Coaching"),
}
TYPES_IN_ADDRESS = {  # as addresses name them
    "schulung": FormatType.TRAINING,
    "supervision": FormatType.SUPERVISION,
    "coaching": FormatType.COACHING,
}


def cost(amount: str) -> str:
    """Say what somebody pays: as the office wrote it, or that it is free."""
    return amount or _("kostenlos")


def lines(text: str) -> list[str]:
    """List the lines of a text that are not empty."""
    return [line.strip() for line in text.split("\n") if line.strip()]
