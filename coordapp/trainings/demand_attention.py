"""What the office must do here."""

from datetime import datetime

from coordapp.shared.attention import Line


def list_lines(now: datetime) -> list[Line]:  # noqa: ARG001
    """List what needs the office."""
    return []
