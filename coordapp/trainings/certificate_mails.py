"""The mail with the link to a certificate."""

from coordapp.outbox import service as outbox
from coordapp.shared.links import external
from coordapp.trainings.models import Certificate


def issued(certificate: Certificate, *, language: str) -> bool:
    """Send the link, once for each certificate; return whether there is an address to send it to."""
    person = certificate.person
    return person is not None and outbox.enqueue(
        "trainings/mail/certificate.txt", to=person.mail_address, name=person.name, language=language,
        key=_key(certificate), certificate=certificate, link=external("certificates.show", token=certificate.token),
    )  # fmt: skip


def take_back(certificate: Certificate) -> int:
    """Drop the mail if it is not sent yet; return how many were dropped."""
    return outbox.drop_queued(_key(certificate))


def _key(certificate: Certificate) -> str:
    return f"certificate:{certificate.id}:issued"
