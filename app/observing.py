"""What leaves the house when error tracking is on: the error, never a person."""

from typing import Any

from app.log import UID, scrub


def scrub_event(event: dict[str, Any], _: Any = None) -> dict[str, Any]:
    """A Sentry event without request data, local variables, user, or anything that looks like a uid or a secret."""
    event.pop("user", None)
    request = event.get("request") or {}
    event["request"] = {"method": request.get("method"), "url": UID.sub("[uid]", str(request.get("url", "")).split("?")[0])}
    event.pop("extra", None)
    event.pop("breadcrumbs", None)
    for value in (event.get("exception") or {}).get("values", []):
        value["value"] = UID.sub("[uid]", str(value.get("value", "")))
        for frame in (value.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    return dict(scrub(None, "", event))
