"""What the accessibility statement says that can change: its dates and the known gaps.

Whoever reviews the site (once a year, BITV 2.0 section 7) sets the date and shortens or lengthens the list.
"""

from datetime import date

from flask_babel import lazy_gettext as _

ISSUED_ON = date(2026, 11, 22)
REVIEWED_ON = date(2026, 11, 22)

GAPS = (
    _("Es gibt noch keine Fassung in Leichter Sprache und kein Video in Gebärdensprache. Wir schreiben in einfachem "
      "Deutsch, und Sie können uns anrufen."),
    _("Titel und Beschreibungen der Termine gibt es nur auf Deutsch, auch auf den Seiten in anderen Sprachen."),
    _("Die Seite ist noch nicht von Menschen geprüft, die jeden Tag ein Vorlese-Programm benutzen."),
    _("Die Übersetzungen sind noch nicht von Menschen geprüft, die mit diesen Sprachen aufgewachsen sind."),
)  # fmt: skip
