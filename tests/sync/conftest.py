"""A simulated Cal.com beside the app: its webhooks arrive or do not, and a comparison asks its API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.db import db
from app.sync.comparisons import Comparisons
from app.sync.models import SyncRun
from tests.conftest import in_worker
from tests.factories.near_calcom import NearCalcom


class Near(NearCalcom):
    """Webhooks are delivered while `listening`; `told` keeps all of them."""

    listening = True


@pytest.fixture
def near(app: Flask, deliver: Callable[..., Any]) -> Near:
    """A simulated Cal.com whose webhooks are delivered and processed at once."""
    near = Near(lambda body: deliver(body) if near.listening else None)
    return near


@pytest.fixture
def compare(app: Flask, near: Near) -> Callable[..., SyncRun]:
    """`compare(kind=None, cause="command", since=None)`: one run, as the worker makes it; returns its row."""
    works = app.extensions["works"]
    comparisons = Comparisons(lambda: near.client, policy=lambda: works.policy, minutes=10, between=lambda should_stop: should_stop())

    def run(**values: Any) -> SyncRun:
        number = in_worker(app, lambda: comparisons.compare(**({"cause": "command"} | values)))
        return db.session.get_one(SyncRun, number, populate_existing=True)

    return run
