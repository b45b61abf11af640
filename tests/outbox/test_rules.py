from datetime import UTC, datetime, timedelta

import pytest

from coordapp.outbox import rules
from coordapp.outbox.rules import Failure, Fault, Stage, Verdict

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
C, S, R, D, F = Stage.CONNECT, Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT, Stage.FINISH


@pytest.mark.parametrize(
    ("stage", "code", "verdict"),
    [
        (C, None, Verdict.SERVER),  # refused, hangs, certificate wrong
        (C, 421, Verdict.SERVER),
        (C, 554, Verdict.SERVER),  # "go away" as a greeting
        (C, 535, Verdict.SERVER),  # password
        (C, 454, Verdict.SERVER),
        (S, None, Verdict.LINE),
        (S, 421, Verdict.LINE),
        (S, 451, Verdict.LINE),  # nothing about one mail is known yet
        (S, 452, Verdict.LINE),
        (S, 530, Verdict.SERVER),
        (S, 550, Verdict.SERVER),  # our own address is not liked
        (S, 553, Verdict.SERVER),
        (S, 552, Verdict.REFUSED),  # this mail is too large
        (R, None, Verdict.LINE),
        (R, 421, Verdict.LINE),
        (R, 450, Verdict.LATER),  # greylisted
        (R, 451, Verdict.LATER),
        (R, 452, Verdict.LATER),
        (R, 432, Verdict.LATER),
        (R, 530, Verdict.SERVER),
        (R, 501, Verdict.REFUSED),
        (R, 550, Verdict.REFUSED),
        (R, 553, Verdict.REFUSED),
        (R, 556, Verdict.REFUSED),
        (D, None, Verdict.LINE),
        (D, 421, Verdict.LINE),
        (D, 451, Verdict.LATER),
        (D, 554, Verdict.REFUSED),
        (F, None, Verdict.UNCERTAIN),  # it may have arrived
        (F, 421, Verdict.LINE),
        (F, 451, Verdict.LATER),
        (F, 452, Verdict.LATER),
        (F, 552, Verdict.REFUSED),
        (F, 554, Verdict.REFUSED),
    ],
)
def test_judge_tells_whose_fault_an_answer_is(stage, code, verdict):
    assert rules.judge(stage, code) is verdict


@pytest.mark.parametrize("fault", [Fault.NO_SMTPUTF8, Fault.NOT_SENDABLE])
def test_what_lies_in_the_mail_itself_is_final(fault):
    assert Failure(R, None, fault).verdict is Verdict.REFUSED


def test_only_troubles_with_the_server_make_the_others_wait():
    assert {v for v in Verdict if not v.is_of_one_mail} == {Verdict.LINE, Verdict.UNCERTAIN, Verdict.SERVER}


@pytest.mark.parametrize(
    ("verdict", "waits"),  # minutes, attempt after attempt
    [
        (Verdict.LATER, (1, 2, 5, 10, 20, 40, 60, 60, 60)),
        (Verdict.UNCERTAIN, (1, 2, 5, 10, 20, 40, 60, 60, 60)),
        (Verdict.LINE, (1, 2, 5, 5, 5)),
    ],
)
def test_waits_grow_with_the_attempts(verdict, waits):
    steps = [rules.next_step(verdict, attempts=n + 1, first_tried_at=NOW, now=NOW) for n in range(len(waits))]
    assert [step.retry_at for step in steps] == [NOW + timedelta(minutes=wait, seconds=1) for wait in waits]
    assert all(step.counts for step in steps)


def test_a_refused_mail_is_given_up_at_once():
    assert rules.next_step(Verdict.REFUSED, attempts=1, first_tried_at=NOW, now=NOW).retry_at is None


@pytest.mark.parametrize("verdict", [Verdict.LATER, Verdict.LINE, Verdict.UNCERTAIN])
def test_a_mail_is_tried_for_two_days_and_then_given_up(verdict):
    def step(age):
        return rules.next_step(verdict, attempts=50, first_tried_at=NOW - age, now=NOW)

    assert step(timedelta(hours=47, minutes=59)).retry_at is not None
    assert step(timedelta(hours=48)).retry_at is None


def test_a_mail_is_never_given_up_for_what_the_server_is_to_blame_for():
    step = rules.next_step(Verdict.SERVER, attempts=9, first_tried_at=NOW - timedelta(days=30), now=NOW)
    assert (step.retry_at, step.counts) == (NOW, False)


def test_senders_wait_longer_with_each_trouble_but_never_so_long_that_ten_minutes_pass():
    assert [rules.pause_after(n).total_seconds() for n in (1, 2, 3, 4, 5, 100)] == [30, 60, 120, 180, 180, 180]
    assert rules.PAUSES[-1] + rules.LINE_BACKOFF[-1] < timedelta(minutes=10)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 5.1.1 <a@example.org>: Recipient address rejected: User unknown", "Das Postfach gibt es nicht."),
        ("550 No such user", "Das Postfach gibt es nicht, oder es nimmt unsere Mail nicht an."),
        ("552 5.2.2 Mailbox full", "Das Postfach ist voll."),
        ("554 5.7.1 Spam", "Der fremde Server weist unsere Mail ab. Er hält sie für unerwünscht."),
        ("599 ?", "Der fremde Server nimmt die Mail nicht an."),
        ("450 4.2.0 Greylisted", "Das Postfach ist gerade nicht erreichbar."),
        ("499 ?", "Der Server kann die Mail gerade nicht annehmen."),
        (Fault.NO_CONNECTION, "Unser Mailserver ist nicht erreichbar."),
        ("", ""),
    ],
)
def test_reason_says_it_in_german(words, reason):
    assert rules.reason(words) == reason


def test_every_fault_has_words_of_its_own():
    assert len({rules.reason(fault) for fault in Fault} - {""}) == len(Fault)


def test_no_beginning_hides_a_longer_one():
    beginnings = list(rules.REASONS)
    hidden = [(a, b) for n, a in enumerate(beginnings) for b in beginnings[n + 1 :] if b.startswith(a)]
    assert hidden == []
