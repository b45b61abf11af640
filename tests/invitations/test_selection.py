"""Whom an invitation to a training reaches that asks for another one first."""

from coordapp.directory import consents, training_records
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.invitations import selection
from coordapp.invitations.rules import LeftOut
from coordapp.shared import clock


def test_who_lacks_the_training_that_is_asked_for_is_not_invited_to_be_refused(make):
    needed = make.training_format(title="Grundkurs")
    training = make.training(make.training_format(title="Aufbaukurs", required_format=needed))
    ready, lacking = make.volunteer(), make.volunteer()
    training_records.remember(
        ready, title="Grundkurs", completed_on=clock.today(), minutes=360, format_id=needed.id
    )  # fmt: skip
    for person in (ready, lacking):
        consents.give(person, Purpose.INVITE_TRAINING, given_by=GivenBy.PHONE)
    found = selection.check(training.event, [ready, lacking])
    assert (found.reachable, found.left_out) == ([ready], [(lacking, LeftOut.LACKS_TRAINING)])
    assert selection.check(make.event(), [ready, lacking]).left_out == []
