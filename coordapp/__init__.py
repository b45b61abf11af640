"""coordapp: registrations, invitations, reminders and calendars for the volunteers of a county."""
