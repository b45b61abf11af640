"""What is said at the round tables of the demo county."""

SUMMARY = "Ehrenamtliche aus dem ganzen Kreis treffen sich, tauschen sich aus und planen zusammen."
DESCRIPTION = """Dreimal im Jahr sitzen wir an einem Tisch: alle, die sich für Menschen mit Zuwanderungsgeschichte \
engagieren oder es gern möchten.

Wir hören, was gerade gebraucht wird, und sprechen an Thementischen über das, was Sie mitbringen. Schlagen Sie mit \
der Anmeldung ein Thema vor.

Es gibt Kaffee, Tee und etwas zu essen. Kinder sind willkommen."""

TOPICS = (
    "Wie finden wir neue Patinnen und Paten?",
    "Dolmetschen beim Arzt: Wer darf, wer zahlt?",
    "Abendbusse: Wie kommen wir von den Dörfern zum Sprachcafé?",
    "Wohnungssuche: Was sagen wir Vermietern?",
    "Hausaufgabenhilfe in den Ferien",
    "Wenn uns Geschichten nicht loslassen: Wer hilft uns Helfenden?",
    "Anerkennung von Abschlüssen: erste Schritte",
    "Sportvereine öffnen: Was hat geklappt?",
    "Formulare in einfacher Sprache",
    "Frauencafé: Raum und Kinderbetreuung gesucht",
    "Fahrradwerkstatt: Wer macht mit?",
    "Wie gewinnen wir junge Leute für das Ehrenamt?",
)

AGENDA = (("Ankommen und Vorstellungsrunde", 25), ("Neues aus dem Landratsamt", 20))

INTRODUCTION = (
    "Wir waren eine gute Runde aus {municipalities} Gemeinden. Danke allen, die mitgebracht und geholfen haben."
)

MINUTES = (  # notes and decisions, in the order of the points
    ("Jede und jeder hat sich kurz vorgestellt. Vier Personen waren zum ersten Mal da.", ""),
    (
        "Die Stelle für die Koordination ist wieder besetzt. Das Formular für die Fahrtkosten ist kürzer geworden.",
        "Fahrtkosten können ab sofort auch per E-Mail abgerechnet werden.",
    ),
    (
        "Viele fragen lieber Bekannte als Aushänge. Gut lief der Stand auf dem Markt.",
        "Wir stehen im Frühjahr wieder zu zweit auf dem Markt.",
    ),
    (
        "Kinder sollen nicht für ihre Eltern dolmetschen. Der Dolmetscherpool hilft nach Anmeldung.",
        "Die Telefonnummer des Pools kommt auf ein Blatt in sechs Sprachen.",
    ),
)

TASKS = (  # what, days after the round table, done
    ("Blatt mit der Nummer des Dolmetscherpools drucken und verteilen", 21, True),
    ("Stand auf dem Markt anmelden", 45, True),
    ("Liste der Räume für das Frauencafé zusammenstellen", 60, False),
    ("Beim Busunternehmen nach einer späteren Fahrt fragen", 90, False),
)

WALK_INS = ("Paul Ehrlich-Santos", "Amina Diallo", "Gerda Umbreit")
NOTES = ("", "", "", "", "", "Ich komme etwas später.", "Ich bringe Kuchen mit.", "Bitte ein Platz nahe der Tür.")
REFUSED = "550 5.1.1 Recipient address rejected: User unknown"
BARRIER = "Mein Vorleseprogramm liest im Kalender zweimal dasselbe Datum vor."
