"""Requests for in-house trainings in the office, until each is answered."""

from flask import Blueprint

bp = Blueprint("training_requests_office", __name__)
