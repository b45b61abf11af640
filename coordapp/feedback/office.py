"""What came of the questions after an event, and the free texts to be read first."""

from flask import Blueprint

bp = Blueprint("feedback_office", __name__)
