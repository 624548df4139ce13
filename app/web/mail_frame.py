"""A mail's own HTML in a frame of one of our pages: it carries its style inside, runs nothing, and loads nothing."""

from collections.abc import Collection

from flask import Flask, Response, request

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
LINKS_LEAVE_THE_FRAME = '<base target="_top">'


def framed(html: str) -> Response:
    """The HTML part alone, for the frame."""
    return Response(html.replace("<head>", "<head>" + LINKS_LEAVE_THE_FRAME, 1), mimetype="text/html")


def allow(app: Flask, *, pages: Collection[str], bodies: Collection[str]) -> None:
    """Lets pages (endpoints) show a frame of ours, and bodies be shown in one; nothing else changes.

    Talisman writes its headers after any view has; functions that were registered first run last, so this one goes first.
    """

    def allow_the_frame(response: Response) -> Response:
        if request.endpoint in pages:
            response.headers["Content-Security-Policy"] += "; frame-src 'self'"
        elif request.endpoint in bodies and response.status_code == 200:
            response.headers["Content-Security-Policy"] = MAIL_POLICY
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
            response.headers.pop("Cross-Origin-Opener-Policy", None)  # a sandboxed page may not have one
        return response

    app.after_request_funcs.setdefault(None, []).insert(0, allow_the_frame)
