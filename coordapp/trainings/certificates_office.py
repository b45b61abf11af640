"""Issuing certificates, and printing all of a training in one file."""

from flask import Blueprint

bp = Blueprint("certificates_office", __name__)
