"""Ticking who was there on each date, and for how long."""

from flask import Blueprint

bp = Blueprint("training_attendance_office", __name__)
