"""Certificates by link, and checking one by its number."""

from flask import Blueprint

bp = Blueprint("certificates", __name__)
