"""Round tables of the volunteers: the year's plan, topics and agenda, attendance, minutes and tasks."""
