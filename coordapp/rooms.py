"""All rooms of the site on one screen: their addresses, their commands, what of them needs the office."""

from coordapp import serve, worker
from coordapp.accounts import cli as accounts_cli
from coordapp.accounts import office as accounts_office
from coordapp.accounts import routes as accounts
from coordapp.accounts import staff as accounts_staff
from coordapp.calendar import routes as calendar
from coordapp.demo import cli as demo
from coordapp.directory import attention as directory_attention
from coordapp.directory import (
    consents_office,
    doubles_office,
    import_office,
    import_rows_office,
    informing_office,
    organisation_reports_office,
    organisations_attention,
    organisations_office,
    organisations_own_routes,
    organisations_routes,
    people_office,
    people_profile_office,
    search_office,
    sign_up_routes,
    still_right_routes,
)
from coordapp.directory import routes as directory
from coordapp.events import attention as events_attention
from coordapp.events import office as events_office
from coordapp.events import places_office, registrations_office
from coordapp.events import routes as events
from coordapp.feedback import attention as feedback_attention
from coordapp.feedback import office as feedback_office
from coordapp.feedback import routes as feedback
from coordapp.invitations import attention as invitations_attention
from coordapp.invitations import code_routes, mailings_office, recipients_office, texts_office
from coordapp.invitations import office as invitations_office
from coordapp.invitations import routes as invitations
from coordapp.invitations import unsubscribe as unsubscribe_links
from coordapp.invitations import unsubscribe_routes as unsubscribe
from coordapp.mailbox import attention as mailbox_attention
from coordapp.mailbox import cli as mailbox_cli
from coordapp.mailbox import office as mailbox
from coordapp.office import routes as office
from coordapp.outbox import attention as outbox_attention
from coordapp.outbox import cli as outbox_cli
from coordapp.outbox import routes as outbox
from coordapp.privacy import cli as privacy_cli
from coordapp.privacy import consents_routes as privacy_consents
from coordapp.privacy import office as privacy_office
from coordapp.privacy import routes as privacy
from coordapp.round_tables import agenda_office, attendance_office, minutes_office
from coordapp.round_tables import attention as round_tables_attention
from coordapp.round_tables import office as round_tables_office
from coordapp.round_tables import routes as round_tables
from coordapp.statements import attention as statements_attention
from coordapp.statements import office as statements_office
from coordapp.statements import routes as statements
from coordapp.trainings import attendance_office as training_attendance_office
from coordapp.trainings import attention as trainings_attention
from coordapp.trainings import (
    certificates_office,
    certificates_routes,
    demand_office,
    formats_office,
    funders_office,
    history_office,
    interests_routes,
    mine_routes,
    request_attention,
    requests_office,
    requests_routes,
)
from coordapp.trainings import office as trainings_office
from coordapp.trainings import routes as trainings

ROOMS = (  # blueprint, where its addresses begin
    (calendar.bp, "/"),
    (round_tables.bp, "/runde-tische"),
    (trainings.bp, "/schulungen"),
    (interests_routes.bp, "/schulungen/naechste-gruppe"),
    (requests_routes.bp, "/schulungen/anfrage"),
    (certificates_routes.bp, "/bescheinigung"),
    (feedback.bp, "/rueckmeldung"),
    (events.bp, "/anmeldung"),
    (code_routes.bp, "/einladung/code"),
    (invitations.bp, "/einladung"),
    (unsubscribe.bp, "/keine-einladungen"),
    (accounts.bp, "/konto"),
    (accounts_staff.bp, "/konto"),
    (sign_up_routes.bp, "/konto"),
    (privacy.bp, "/mein"),
    (privacy_consents.bp, "/mein/zustimmungen"),
    (directory.bp, "/mein/mithelfen"),
    (still_right_routes.bp, "/mein/stimmt-noch"),
    (mine_routes.bp, "/mein/schulungen"),
    (statements.bp, "/"),
    (organisations_routes.bp, "/"),
    (organisations_own_routes.bp, "/mein/vereine"),
    (office.bp, "/verwaltung"),
    (round_tables_office.bp, "/verwaltung/runde-tische"),
    (agenda_office.bp, "/verwaltung/runde-tische"),
    (attendance_office.bp, "/verwaltung/runde-tische"),
    (minutes_office.bp, "/verwaltung/runde-tische"),
    (trainings_office.bp, "/verwaltung/schulungen"),
    (training_attendance_office.bp, "/verwaltung/schulungen"),
    (certificates_office.bp, "/verwaltung/schulungen"),
    (formats_office.bp, "/verwaltung/schulungen/angebote"),
    (funders_office.bp, "/verwaltung/schulungen/foerderer"),
    (demand_office.bp, "/verwaltung/schulungen/bedarf"),
    (requests_office.bp, "/verwaltung/schulungen/anfragen"),
    (feedback_office.bp, "/verwaltung/rueckmeldungen"),
    (events_office.bp, "/verwaltung/veranstaltungen"),
    (registrations_office.bp, "/verwaltung/anmeldungen"),
    (places_office.bp, "/verwaltung/orte"),
    (invitations_office.bp, "/verwaltung/einladungen"),
    (recipients_office.bp, "/verwaltung/einladungen"),
    (texts_office.bp, "/verwaltung/einladungen/versand"),
    (mailings_office.bp, "/verwaltung/einladungen/versand"),
    (organisations_office.bp, "/verwaltung/organisationen"),
    (organisation_reports_office.bp, "/verwaltung/organisationen/meldungen"),
    (people_office.bp, "/verwaltung/verzeichnis/personen"),
    (history_office.bp, "/verwaltung/verzeichnis/personen"),
    (people_profile_office.bp, "/verwaltung/verzeichnis/personen"),
    (consents_office.bp, "/verwaltung/verzeichnis/personen"),
    (informing_office.bp, "/verwaltung/verzeichnis/personen"),
    (outbox.bp, "/verwaltung/postausgang"),
    (mailbox.bp, "/verwaltung/postfach"),
    (search_office.bp, "/verwaltung/verzeichnis"),
    (doubles_office.bp, "/verwaltung/verzeichnis/doppelte"),
    (import_office.bp, "/verwaltung/verzeichnis/import"),
    (import_rows_office.bp, "/verwaltung/verzeichnis/import"),
    (privacy_office.bp, "/verwaltung/verzeichnis/personen"),
    (statements_office.bp, "/verwaltung/barrieren"),
    (accounts_office.bp, "/verwaltung/konten"),
)
COMMANDS = (
    serve.serve,
    worker.work,
    accounts_cli.group,
    outbox_cli.group,
    mailbox_cli.group,
    privacy_cli.group,
    demo.demo,
    demo.sign_in_data,
)
ATTENTION = (  # rooms that say what needs the office now, see shared/attention.py
    outbox_attention.list_lines,
    mailbox_attention.list_lines,
    directory_attention.list_lines,
    events_attention.list_lines,
    invitations_attention.list_lines,
    round_tables_attention.list_lines,
    trainings_attention.list_lines,
    request_attention.list_lines,
    feedback_attention.list_lines,
    statements_attention.list_lines,
    organisations_attention.list_lines,
)
WITHDRAWN = (unsubscribe_links.drop_unwanted,)  # told whenever a person took a consent back
