"""All that is coming up: the start page, the calendar and the iCalendar feeds."""
