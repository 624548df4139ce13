"""Serves the embed script that a site loads, or one of the faults that can stand in its place."""

import time

from flask import Blueprint, current_app, make_response
from werkzeug.wrappers import Response

from app.sandbox.desk import desk

script = Blueprint("script", __name__)


@script.get("/embed/embed.js")
def embed_js() -> Response:
    """The script, kept by browsers only for a minute so that a dial shows its effect soon."""
    dials = desk().dials.script
    if dials.script_delay_ms:
        time.sleep(dials.script_delay_ms / 1000)
    if dials.script == "missing":
        answer: Response = make_response("not found", 404, {"Content-Type": "text/plain"})
    elif dials.script == "html":
        answer = make_response("<!doctype html><title>Hello</title>", {"Content-Type": "text/html"})
    else:
        answer = current_app.send_static_file("embed/embed.js")
    faulty = dials.script != "ok" or dials.script_delay_ms
    answer.headers["Cache-Control"] = "no-store" if faulty else "public, max-age=60"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
