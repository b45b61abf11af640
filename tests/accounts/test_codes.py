"""Codes from an app, and codes on paper."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from coordapp.accounts import codes
from coordapp.accounts.models import RecoveryCode, Role
from coordapp.extensions import db
from coordapp.shared import clock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2027, 3, 1, 12, 0, 10, tzinfo=UTC)


def code_at(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.fixture
def user(make):
    return make.user(role=Role.COORDINATOR, totp_secret=SECRET)


@pytest.mark.parametrize(("seconds_off", "is_right"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)])
def test_a_clock_may_be_one_step_off(user, seconds_off, is_right):
    with clock.stopped(NOON):
        assert codes.accept(user, code_at(NOON + timedelta(seconds=seconds_off))) is is_right


def test_a_code_works_once(user):
    with clock.stopped(NOON):
        assert codes.accept(user, code_at(NOON))
        assert not codes.accept(user, code_at(NOON))


def test_after_a_code_no_older_one_works(user):
    with clock.stopped(NOON):
        assert codes.accept(user, code_at(NOON))
        assert not codes.accept(user, code_at(NOON - timedelta(seconds=30)))
        assert codes.accept(user, code_at(NOON + timedelta(seconds=30)))


def test_a_code_may_be_typed_with_a_space(user):
    with clock.stopped(NOON):
        code = code_at(NOON)
        assert codes.accept(user, f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "000000000000"])
def test_what_is_no_code_is_refused(user, code):
    with clock.stopped(NOON):
        assert not codes.accept(user, code)


def test_without_an_app_no_code_is_right(make):
    assert not codes.accept(make.user(role=Role.COORDINATOR), "123456")


def test_a_recovery_code_works_once_and_however_it_is_typed(user):
    fresh = codes.new_recovery_codes(user)
    assert len(set(fresh)) == 10
    assert codes.accept(user, f" {fresh[3].upper()} ")
    assert not codes.accept(user, fresh[3])
    assert codes.accept(user, fresh[4].replace("-", " "))
    assert codes.count_recovery_codes(user) == 8


def test_recovery_codes_belong_to_one_person(user, make):
    somebody = make.user(role=Role.COORDINATOR, totp_secret=SECRET)
    assert not codes.accept(somebody, codes.new_recovery_codes(user)[0])


def test_new_recovery_codes_replace_the_old_ones(user):
    old = codes.new_recovery_codes(user)
    codes.new_recovery_codes(user)
    assert not codes.accept(user, old[0])
    assert codes.count_recovery_codes(user) == 10


def test_recovery_codes_are_stored_as_hashes(user):
    fresh = codes.new_recovery_codes(user)
    stored = " ".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in stored or code.replace("-", "") in stored for code in fresh)
