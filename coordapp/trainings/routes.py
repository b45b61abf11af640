"""The public pages of trainings: the catalogue, one format, one group with its registration."""

from flask import Blueprint

from coordapp.trainings import models  # noqa: F401 - until there is a page

bp = Blueprint("trainings", __name__)
