"""My trainings: what somebody completed, on one sheet."""

from flask import Blueprint

bp = Blueprint("my_trainings", __name__)
