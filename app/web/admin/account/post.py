"""How mails with links that let somebody in are addressed and sealed."""

from flask import current_app

from app.accounts import links, second_factor
from app.sealing import Seal
from app.web.admin.blueprint import settings
from app.web.mail_links import seal_of
from app.wiring import Works


def post(*, locale: str = "", by: str = "") -> links.Post:
    """What a link's mail needs."""
    works: Works = current_app.extensions["works"]
    return links.Post(seal=seal_of(settings(), links.SEAL_PURPOSE), message_domain=works.policy.message_domain, locale=locale[:35], by=by)


def code_seal() -> Seal:
    """What secrets of authenticator apps are sealed with."""
    return seal_of(settings(), second_factor.PURPOSE)
