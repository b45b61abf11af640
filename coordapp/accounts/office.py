from flask import Blueprint

bp = Blueprint("accounts_office", __name__)
