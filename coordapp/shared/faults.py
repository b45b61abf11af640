"""What may be written down of a fault: where it happened, not what it was about."""

import traceback


def without_data(problem: BaseException) -> str:
    """Say what went wrong and by which lines, without the message: it may hold addresses, names or secrets."""
    frames = traceback.extract_tb(problem.__traceback__)
    way = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return f"{type(problem).__name__} in {' > '.join(way)}"
