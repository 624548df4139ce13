"""Where Cal.com delivers: no CSRF, no session, no rate limit."""

from flask import Blueprint

blueprint = Blueprint("webhooks", __name__)
