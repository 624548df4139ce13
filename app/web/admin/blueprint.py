"""The admin area's blueprint and its guard: nobody gets in without signing in."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
