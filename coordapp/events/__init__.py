"""The core: editions, events, dates, places, registrations, the waiting list and reminders, for every kind of event."""
