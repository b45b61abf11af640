"""The catalogue in the office: formats, who funds them, new dates from an entry."""

from flask import Blueprint

bp = Blueprint("formats_office", __name__)
