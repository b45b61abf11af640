from flask import Blueprint

bp = Blueprint("round_tables_office", __name__)
