from flask import Blueprint

bp = Blueprint("invitations_office", __name__)
