"""Telling us that one wants to hear of the next group, and taking it back."""

from flask import Blueprint

bp = Blueprint("training_interests", __name__)
