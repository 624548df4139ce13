"""Reads parameters of an address: lists with commas, numbers, moments."""

from datetime import datetime

from flask import request

from app.sandbox.api import body
from app.sandbox.api.problems import BadBody


def words_in(name: str) -> tuple[str, ...]:
    """The words of a list, written with commas or by repeating the parameter."""
    return tuple(word.strip() for given in request.args.getlist(name) for word in given.split(",") if word.strip())


def numbers_in(name: str) -> list[int]:
    """The whole numbers of a list."""
    try:
        return [int(word) for word in words_in(name)]
    except ValueError:
        raise BadBody({name: f"{name} must be a number"}) from None


def moment_in(name: str | None) -> datetime | None:
    """A moment, or None where the parameter is absent."""
    given = request.args.get(name) if name else None
    if not given:
        return None
    # A plus sign that nobody encoded arrives as a blank.
    found = body.parsed(given.replace(" ", "+"))
    if found is None:
        raise BadBody({str(name): f"{name} must be a valid ISO 8601 date string"})
    return found
