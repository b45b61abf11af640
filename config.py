"""Settings, all from the environment, with safe defaults for one machine with SQLite.

Every name below is an environment variable of the same name; the README lists them with what they do.
"""

import os
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
WILDCARD_HOSTS = ("", "0.0.0.0", "::")  # noqa: S104 - recognised, never bound here


def load(environ: dict[str, str] | None = None) -> dict:
    """Read the settings from the environment (by default the process's own)."""
    env = dict(os.environ if environ is None else environ)
    instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance")
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # tokens and secrets are in there
    host, port = env.get("HOST") or "127.0.0.1", int(env.get("PORT") or 8000)
    base_url = (env.get("BASE_URL") or f"http://{'localhost' if host in WILDCARD_HOSTS else host}:{port}").rstrip("/")
    return {
        "INSTANCE_PATH": str(instance),
        "SECRET_KEY": env.get("SECRET_KEY") or _kept_secret(instance / "secret_key"),
        "SQLALCHEMY_DATABASE_URI": env.get("DATABASE_URL") or f"sqlite:///{instance / 'coordapp.db'}",
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": (env.get("DATABASE_URL") or "").startswith("postgresql"),  # it may have been restarted
            "hide_parameters": True,  # no personal data in error logs
        },
        "BASE_URL": base_url,
        "TRUSTED_HOSTS": _trusted_hosts(base_url, host, env.get("TRUSTED_HOSTS", "")),
        "PROXY_COUNT": int(env.get("PROXY_COUNT") or 0),
        # the county
        "COUNTY_NAME": env.get("COUNTY_NAME") or "Ilm-Kreis",
        "OFFICE_NAME": env.get("OFFICE_NAME") or "Landratsamt Ilm-Kreis, Integrationsmanagement",
        "OFFICE_ADDRESS": env.get("OFFICE_ADDRESS") or "Ritterstraße 14, 99310 Arnstadt",
        "OFFICE_EMAIL": env.get("OFFICE_EMAIL") or "integration@ilm-kreis.example",
        "OFFICE_PHONE": env.get("OFFICE_PHONE") or "03628 738-0",
        "LEGAL_REPRESENTATIVE": env.get("LEGAL_REPRESENTATIVE") or "Landrätin oder Landrat des Ilm-Kreises",
        "DATA_PROTECTION_EMAIL": env.get("DATA_PROTECTION_EMAIL") or "datenschutz@ilm-kreis.example",
        # trainings: who was there longer than this share of the planned time gets a certificate
        "CERTIFICATE_ABOVE_PERCENT": int(env.get("CERTIFICATE_ABOVE_PERCENT") or 50),
        "CERTIFICATE_PREFIX": (env.get("CERTIFICATE_PREFIX") or "IK").upper(),  # of their numbers; letters only
        "CERTIFICATE_LOGO": env.get("CERTIFICATE_LOGO") or "",  # a file: PNG, JPEG or SVG
        "CERTIFICATE_SIGNATURE": env.get("CERTIFICATE_SIGNATURE") or "",  # who signs; empty: the office
        # mail
        "SMTP_HOST": env.get("SMTP_HOST") or "",
        "SMTP_PORT": int(env.get("SMTP_PORT") or 587),
        "SMTP_USER": env.get("SMTP_USER") or "",
        "SMTP_PASSWORD": env.get("SMTP_PASSWORD") or "",
        "SMTP_SECURITY": env.get("SMTP_SECURITY") or "starttls",  # starttls, tls or none
        "SMTP_TIMEOUT": float(env.get("SMTP_TIMEOUT") or 10),  # seconds
        "MAIL_FROM": env.get("MAIL_FROM") or env.get("OFFICE_EMAIL") or "integration@ilm-kreis.example",
        "MAIL_PER_MINUTE": int(env.get("MAIL_PER_MINUTE") or 300),
        "MAIL_LEASE": float(env.get("MAIL_LEASE") or 120),  # seconds a sender may hold a mail
        # the mailbox of MAIL_FROM, where mails come back to; not read without a host
        "IMAP_HOST": env.get("IMAP_HOST") or "",
        "IMAP_PORT": int(env.get("IMAP_PORT") or 993),
        "IMAP_USER": env.get("IMAP_USER") or "",
        "IMAP_PASSWORD": env.get("IMAP_PASSWORD") or "",
        "IMAP_SECURITY": env.get("IMAP_SECURITY") or "tls",  # tls, starttls or none
        "IMAP_TIMEOUT": float(env.get("IMAP_TIMEOUT") or 30),  # seconds
        "IMAP_FOLDER": env.get("IMAP_FOLDER") or "INBOX",
        "IMAP_DONE_FOLDER": env.get("IMAP_DONE_FOLDER") or "",  # what was read goes there; none: it stays
        # sign-in and forms
        "SESSION_COOKIE_SECURE": base_url.startswith("https:"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,  # a session ends at its time; feeds must not carry cookies
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "REGISTRATIONS_PER_HOUR": int(env.get("REGISTRATIONS_PER_HOUR") or 120),  # from one network address
    }


def _kept_secret(path: Path) -> str:
    """Return the secret kept in a file only its owner can read; make it the first time."""
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def _trusted_hosts(base_url: str, host: str, extra: str) -> list[str]:
    """List the host names the site answers to; links in mails are made from BASE_URL alone."""
    names = {urlsplit(base_url).hostname or "localhost", "localhost", "127.0.0.1", *extra.replace(",", " ").split()}
    if host in WILDCARD_HOSTS:
        names |= {socket.gethostname(), *_own_addresses()}
    else:
        names.add(host)
    return sorted(names)


def _own_addresses() -> set[str]:
    try:
        return {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return set()
