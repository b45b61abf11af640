"""The office's pages of trainings: the groups, and the page of each that leads to all else."""

from flask import Blueprint

bp = Blueprint("trainings_office", __name__)
