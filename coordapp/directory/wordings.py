"""What people are asked to agree to, word for word; a text that has been shown is never changed, a new one is added."""

from flask_babel import lazy_gettext as _l

from coordapp.directory.models_consent import Purpose

WORDINGS = {  # the versions of each text, the first one has number 1
    Purpose.DIRECTORY: (
        _l(
            "Das Büro darf meine Angaben im Verzeichnis der Ehrenamtlichen speichern. "
            "Nur das Büro sieht sie. Niemand bekommt meine Kontaktdaten, ohne dass ich vorher Ja sage."
        ),
    ),
    Purpose.BROKERING: (
        _l(
            "Das Büro darf mich fragen, wenn jemand Hilfe sucht, die zu mir passt. "
            "Ich entscheide jedes Mal selbst, ob meine Kontaktdaten weitergegeben werden."
        ),
    ),
    Purpose.INVITE_ROUND_TABLE: (_l("Das Büro darf mich zu den Runden Tischen einladen."),),
    Purpose.INVITE_TRAINING: (_l("Das Büro darf mich zu Schulungen und Gesprächsgruppen einladen."),),
    Purpose.INVITE_WEEK: (_l("Das Büro darf mich zur Interkulturellen Woche einladen."),),
    Purpose.INVITE_CLUB_DAY: (_l("Das Büro darf mich zum Tag der Vereine einladen."),),
    Purpose.PHOTO: (
        _l("Das Büro darf Fotos von Veranstaltungen zeigen, auf denen ich zu erkennen bin, zum Beispiel im Internet."),
    ),
}


def current_version(purpose: Purpose) -> int:
    """Return the number of the wording that is shown now."""
    return len(WORDINGS[purpose])


def wording(purpose: Purpose, version: int):
    """Return a wording, the present or an earlier one, in the language that is current."""
    return WORDINGS[purpose][version - 1]
