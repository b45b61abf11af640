"""The administrator's pages."""

import pytest
from sqlalchemy import select

from coordapp.accounts.models import Role, User
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

LIST, NEW = "/verwaltung/konten/", "/verwaltung/konten/neu/"
LAST = "Sonst kann niemand mehr die Konten verwalten"


def find(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def mails() -> list[tuple[str, str]]:
    return [(mail.recipient, mail.template) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def page_of(user: User) -> str:
    return f"{LIST}{user.id}/"


@pytest.fixture
def boss(staff, browser_of):
    """Return the browser of the only administrator who can sign in."""
    return browser_of(staff)


def test_the_list_shows_everybody_with_role_and_state(boss, make):
    make.user(name="Vera Hilft", email="vera@example.org", last_signed_in_at=clock.now())
    make.user(name="Nadja Neu", role=Role.COORDINATOR)
    make.user(name="Karl Weg", role=Role.CLUB, deactivated_at=clock.now())
    rows = [row.text for row in boss.get_page(LIST).main.one("tbody").all("tr")]
    today = f"{clock.today():%d.%m.%Y}"
    assert [" ".join(row.split()) for row in rows] == [
        "Adam Technik adam@example.org Technik (verwaltet die Konten) noch nie aktiv",
        f"Nadja Neu {find_by_name('Nadja Neu').email} Büro (Koordination) noch nie noch nicht eingerichtet",
        f"Vera Hilft vera@example.org Ehrenamt {today} aktiv",
        f"Karl Weg {find_by_name('Karl Weg').email} Verein oder Einrichtung noch nie gesperrt",
    ]


def find_by_name(name: str) -> User:
    return db.session.scalars(select(User).where(User.name == name)).one()


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_thirty(boss, make, count_queries):
    numbers = []
    for more in (0, 30):
        for _ in range(more):
            make.user()
        db.session.commit()
        with count_queries() as queries:
            boss.get_page(LIST)
        numbers.append(len(queries))
    assert numbers == [2, 2]


def test_new_staff_get_a_mail_to_set_their_account_up(boss, client):
    page = boss.post_form(NEW, {"name": " Nadja  Neu ", "email": "Nadja@Example.org", "role": "coordinator"})
    assert page.heading == "Konto von Nadja Neu"
    assert mails() == [("nadja@example.org", "accounts/mail/set_up_link.txt")]
    assert db.session.scalars(select(Mail)).one().is_secret


def test_new_volunteers_need_no_mail(boss):
    boss.post_form(NEW, {"name": "Vera Hilft", "email": "vera@example.org", "role": "volunteer", "language": "fa"})
    assert (find("vera@example.org").role, find("vera@example.org").language) == (Role.VOLUNTEER, "fa")
    assert mails() == []


def test_an_address_has_one_account(boss, make):
    make.user(email="vera@example.org")
    page = boss.post_form(NEW, {"name": "Vera", "email": "VERA@example.org", "role": "club"}, status=422)
    assert list(page.errors) == ["email"]
    assert page.values["name"] == "Vera"


@pytest.mark.parametrize(
    ("data", "field"),
    [({"name": ""}, "name"), ({"email": "nadja"}, "email"), ({"role": ""}, "role"), ({"role": "king"}, "role")],
)
def test_a_new_account_needs_name_address_and_role(boss, data, field):
    valid = {"name": "Nadja Neu", "email": "nadja@example.org", "role": "club"}
    page = boss.post_to(NEW, valid | {"language": "de"} | data, status=422)
    assert [name for name in ("name", "email", "role") if f"{name}-error" in page.root.by_id] == [field]
    assert len(db.session.scalars(select(User)).all()) == 1


def test_who_becomes_staff_is_signed_out_and_gets_the_link(boss, volunteer_client):
    user = volunteer_client.user
    boss.post_form(page_of(user), {"role": "coordinator"})
    assert user.role is Role.COORDINATOR
    assert volunteer_client.get("/konto/").status_code == 302
    assert mails() == [(user.email, "accounts/mail/set_up_link.txt")]


def test_who_leaves_the_staff_keeps_no_password(boss, make, browser_of):
    user = make.user(role=Role.COORDINATOR, password_hash="x", totp_secret="y")
    browser = browser_of(user)
    boss.post_form(page_of(user), {"role": "volunteer"})
    assert (user.password_hash, user.totp_secret) == (None, None)
    assert browser.get("/konto/").status_code == 302


def test_changing_the_name_alone_signs_nobody_out(boss, volunteer_client):
    boss.post_form(page_of(volunteer_client.user), {"name": "Vera Wieder", "language": "ru"})
    assert (volunteer_client.user.name, volunteer_client.user.language) == ("Vera Wieder", "ru")
    assert volunteer_client.get("/konto/").status_code == 200
    assert mails() == []


def test_a_closed_account_is_signed_out_and_can_be_opened_again(boss, volunteer_client):
    user = volunteer_client.user
    boss.press(page_of(user), "Konto sperren")
    assert not user.is_active
    assert volunteer_client.get("/konto/").status_code == 302
    boss.press(page_of(user), "Konto entsperren")
    assert user.is_active


def test_all_sessions_of_somebody_can_be_ended(boss, volunteer_client):
    boss.press(page_of(volunteer_client.user), "Auf allen Geräten abmelden")
    assert volunteer_client.get("/konto/").status_code == 302
    assert boss.get(LIST).status_code == 200


def test_resetting_takes_password_and_code_and_mails_a_link(boss, make):
    user = make.user(role=Role.COORDINATOR, email="buero@example.org", password_hash="x", totp_secret="y")
    boss.press(page_of(user), "Passwort und Code zurücksetzen")
    assert not user.is_set_up
    assert mails() == [("buero@example.org", "accounts/mail/set_up_link.txt")]


def test_volunteers_have_nothing_to_reset(boss, volunteer_client):
    path = page_of(volunteer_client.user)
    assert "Passwort und Code zurücksetzen" not in boss.get_page(path).buttons
    boss.post_to(f"{path}zuruecksetzen/", status=404)


@pytest.mark.parametrize("deed", ["sperren", "zuruecksetzen"])
def test_the_last_administrator_stays(boss, staff, make, deed):
    make.user(role=Role.ADMINISTRATOR, deactivated_at=clock.now(), password_hash="x", totp_secret="y")
    make.user(role=Role.ADMINISTRATOR)  # never set up
    page = boss.post_to(f"{page_of(staff)}{deed}/", follow=True)
    assert LAST in page.text
    assert staff.is_active
    assert staff.is_set_up


def test_the_last_administrator_keeps_the_role(boss, staff):
    page = boss.post_form(page_of(staff), {"role": "coordinator"}, status=422)
    assert LAST in page.root.by_id["role-error"].text
    assert staff.role is Role.ADMINISTRATOR


def test_with_a_second_administrator_one_may_go(boss, staff, make):
    make.user(role=Role.ADMINISTRATOR, password_hash="x", totp_secret="y")
    boss.post_to(f"{page_of(staff)}sperren/")
    assert not staff.is_active


def test_unknown_accounts_are_not_found(boss):
    for path in ("999/", "999/sperren/", "999/entsperren/", "999/abmelden/", "999/zuruecksetzen/"):
        boss.post_to(LIST + path, status=404)
    boss.get_page(f"{LIST}999/", status=404)
