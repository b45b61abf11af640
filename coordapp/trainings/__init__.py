"""Trainings, supervision, coaching: the catalogue, the groups that run, who wants the next, hours and certificates."""
