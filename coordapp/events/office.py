from flask import Blueprint

bp = Blueprint("events_office", __name__)
