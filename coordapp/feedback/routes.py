"""Answering after an event, anonymously, and what a trainer may see of it."""

from flask import Blueprint

from coordapp.feedback import models  # noqa: F401 - until there is a page

bp = Blueprint("feedback", __name__)
