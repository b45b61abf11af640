"""Who waits for which training, and opening the next group for them."""

from flask import Blueprint

bp = Blueprint("demand_office", __name__)
