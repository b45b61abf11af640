"""The deletion plan of the training history: years long it opens further trainings and lets certificates be printed."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, exists, update

from coordapp.directory.models_profile import Volunteer
from coordapp.directory.models_training import TrainingRecord
from coordapp.extensions import count_rows
from coordapp.shared import clock
from coordapp.trainings.models import Certificate

HISTORY = timedelta(days=5 * 365)  # after the training, of people who are not in the directory

_count = partial(count_rows, synchronize=False)  # loaded objects are not brought up to date


def delete_due(now: datetime) -> int:
    """Forget old trainings, and whose the old certificates are; their numbers stay. Return how many rows."""
    before = now - HISTORY
    is_stranger = ~exists().where(Volunteer.person_id == TrainingRecord.person_id)
    old = (TrainingRecord.completed_on < clock.local(before).date(), is_stranger)
    touched = _count(delete(TrainingRecord).where(*old))
    is_stranger = ~exists().where(Volunteer.person_id == Certificate.person_id)
    ended = (Certificate.issued_at < before, Certificate.person_id.is_not(None), is_stranger)
    return touched + _count(update(Certificate).where(*ended).values(person_id=None, reduction=""))
