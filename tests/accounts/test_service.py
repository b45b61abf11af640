"""Finding and making accounts."""

import pytest

from coordapp.accounts import links, service
from coordapp.accounts.models import LinkPurpose, Role
from coordapp.shared import clock


def test_create_user_tidies_name_and_address(app):
    user = service.create_user(email=" Vera@Example.ORG ", name="Vera\n Hilft ", role=Role.VOLUNTEER, language="ar")
    assert (user.email, user.name, user.language) == ("vera@example.org", "Vera Hilft", "ar")
    assert service.find_user("VERA@example.org ") is user


def test_create_user_refuses_an_address_twice_and_the_session_goes_on(app):
    first = service.create_user(email="vera@example.org", name="Vera", role=Role.VOLUNTEER)
    with pytest.raises(service.EmailTaken):
        service.create_user(email="Vera@example.org", name="Vera", role=Role.CLUB)
    assert service.list_users() == [first]


def test_find_user_knows_nobody_else(app):
    assert service.find_user("niemand@example.org") is None


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_from_before_an_account_was_closed_stay_dead_when_it_is_opened_again(make, purpose):
    user, other = make.user(), make.user()
    tokens = [links.new_link(owner, purpose) for owner in (user, other)]
    service.deactivate(user)
    service.activate(user)
    assert [links.find_link(token, purpose).is_open(clock.now()) for token in tokens] == [False, True]


def test_list_users_goes_by_name_and_the_closed_ones_come_last(make):
    names = [("berta", None), ("Anton", None), ("Aaron", clock.now())]
    for name, deactivated_at in names:
        make.user(name=name, deactivated_at=deactivated_at)
    assert [user.name for user in service.list_users()] == ["Anton", "berta", "Aaron"]
