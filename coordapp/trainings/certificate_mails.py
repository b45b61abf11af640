"""The mail with the link to a certificate."""

from datetime import datetime

from coordapp.outbox import service as outbox
from coordapp.shared.links import external_in
from coordapp.trainings.models import Certificate


def issued(certificate: Certificate, *, language: str, again_at: datetime | None = None) -> bool:
    """Send the link, once for each certificate; return whether a mail was written.

    `again_at` (UTC) sends it once more to somebody who lost it; pressed twice within one minute, it is one mail.
    """
    person = certificate.person
    key = _key(certificate) + (f":again:{again_at:%Y%m%d%H%M}" if again_at else "")
    return person is not None and outbox.enqueue(
        "trainings/mail/certificate.txt", to=person.mail_address, name=person.name, language=language,
        key=key, certificate=certificate, link=external_in(language, "certificates.show", token=certificate.token),
    )  # fmt: skip


def take_back(certificate: Certificate) -> int:
    """Drop its mails that are not sent yet; return how many were dropped."""
    return outbox.drop_queued(_key(certificate))


def _key(certificate: Certificate) -> str:
    return f"certificate:{certificate.id}:issued"
