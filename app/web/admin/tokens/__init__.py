"""Tokens for owners' scripts: make, list, revoke."""

from app.web.admin.tokens.pages import make_token, revoke_token, tokens

__all__ = ["make_token", "revoke_token", "tokens"]
