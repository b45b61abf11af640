"""Asking for a training of one's own: clubs, offices, firms."""

from flask import Blueprint

bp = Blueprint("training_requests", __name__)
