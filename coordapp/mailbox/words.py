"""What the office reads about the mailbox."""

from coordapp.mailbox.imap import Trouble
from coordapp.mailbox.models import MessageKind

KINDS = {
    MessageKind.HARD: "kam zurück, die Adresse stimmt nicht mehr",
    MessageKind.SOFT: "kam zurück, vielleicht geht es ein anderes Mal",
    MessageKind.POLICY: "vom fremden Server abgewiesen",
    MessageKind.DELAYED: "verspätet, wird weiter versucht",
    MessageKind.STRAY: "gehört zu nichts von hier",
    MessageKind.AUTO_REPLY: "automatische Antwort",
    MessageKind.ANSWER: "Antwort aus einem Kalender",
    MessageKind.OUTDATED: "Antwort aus einem Kalender, überholt",
    MessageKind.UNCLEAR: "Antwort aus einem Kalender, unklar",
    MessageKind.OTHER: "Post an das Büro",
    MessageKind.UNREADABLE: "nicht lesbar",
}
TROUBLES = {
    Trouble.NO_CONNECTION: "Der Server des Postfachs ist nicht erreichbar.",
    Trouble.NOT_SECURE: "Es gibt keine sichere Verbindung zum Postfach. Bitte das Zertifikat prüfen lassen.",
    Trouble.NO_LOGIN: "Das Postfach nimmt Name oder Kennwort nicht an.",
    Trouble.NO_FOLDER: "Den eingestellten Ordner gibt es im Postfach nicht.",
    Trouble.LINE_CUT: "Die Verbindung zum Postfach ist abgerissen.",
}
