"""What went wrong, for programs: problem details (RFC 9457), one shape for every error under /api."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"


class Problem(HTTPException):
    """An error with members of its own, such as `errors` for each wrong parameter; `headers` go onto the answer."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.code = status
        self.members = members
        self.more_headers = dict(headers or {})

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Those of any error, and its own."""
        return [*super().get_headers(*args, **kwargs), *self.more_headers.items()]


def problem(status: int, detail: str | None, *, members: Mapping[str, Any] | None = None) -> Response:
    """The answer for a status; the title is the status in words, `detail` what to do about it."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error", "status": status}
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body | dict(members or {}), ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
