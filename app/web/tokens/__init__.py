"""Tokens for programs. Import the page modules here, so that the blueprint knows them."""

from app.web.tokens.blueprint import blueprint
from app.web.tokens.managed_user import managed_user

__all__ = ["blueprint", "managed_user"]
