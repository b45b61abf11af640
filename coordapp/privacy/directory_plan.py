"""The deletion plan of directory and accounts: silent entries, the log of looks, old consents, what nobody uses."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, exists, func, or_, select

from coordapp.accounts.models import Role, User
from coordapp.directory.models import Person, Representative
from coordapp.directory.models_consent import Consent, Disclosure
from coordapp.directory.models_profile import Volunteer
from coordapp.events.models import Registration
from coordapp.extensions import count_rows
from coordapp.outbox.models import Mail

ENTRIES = timedelta(days=3 * 365)  # after the last sign of life: confirmed, agreed, registered
DISCLOSURES = timedelta(days=365)
CONSENTS = timedelta(days=3 * 365)  # after they were withdrawn: so long they must be proved
ACCOUNTS = timedelta(days=3 * 365)  # after the last sign-in, of people with nothing else here
SIGN_UPS = timedelta(days=3)  # mails with a link to make an account, of which none came

_count = partial(count_rows, synchronize=False)  # loaded objects are not brought up to date


def delete_due(now: datetime) -> int:
    """Delete what the plan says about the directory; return how many rows were touched."""
    touched = _delete_silent_entries(now - ENTRIES)
    touched += _count(delete(Disclosure).where(Disclosure.at < now - DISCLOSURES))
    touched += _count(delete(Consent).where(Consent.withdrawn_at < now - CONSENTS))
    touched += _delete_unused_accounts(now - ACCOUNTS)
    return touched + _delete_vain_offers(now - SIGN_UPS)


def _delete_silent_entries(before: datetime) -> int:
    """Delete entries, and the consents with them, of people who gave no sign of life since a moment."""
    agreed_since = or_(Consent.given_at >= before, Consent.withdrawn_at >= before)
    silent = select(Volunteer.person_id).where(
        Volunteer.confirmed_at < before,
        ~exists().where(Consent.person_id == Volunteer.person_id, agreed_since),
        ~exists().where(Registration.person_id == Volunteer.person_id, Registration.created_at >= before),
    )
    _count(delete(Consent).where(Consent.person_id.in_(silent)))
    return _count(delete(Volunteer).where(Volunteer.person_id.in_(silent)))


def _delete_unused_accounts(before: datetime) -> int:
    """Delete accounts of volunteers without entry or registration; the rest of the plan then finds their people."""
    busy = select(Person.user_id).where(
        Person.user_id.is_not(None),
        or_(
            exists().where(Volunteer.person_id == Person.id),
            exists().where(Registration.person_id == Person.id),
        ),
    )
    return _count(
        delete(User).where(
            User.role == Role.VOLUNTEER, func.coalesce(User.last_signed_in_at, User.created_at) < before,
            User.id.not_in(busy), ~exists().where(Representative.user_id == User.id),
        )
    )  # fmt: skip


def _delete_vain_offers(before: datetime) -> int:
    """Delete mails that offered an account to an address from which nobody made one."""
    offered = (Mail.template == "accounts/mail/sign_up_link.txt", Mail.created_at < before)
    return _count(delete(Mail).where(*offered, ~exists().where(User.email == Mail.recipient)))
