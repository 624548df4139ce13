"""The apps behind a meeting and behind a calendar, in the names that people know."""

from urllib.parse import urlsplit

VIDEO = {
    "daily": "Cal Video",
    "cal-video": "Cal Video",
    "google:meet": "Google Meet",
    "google-meet": "Google Meet",
    "zoom": "Zoom",
    "office365_video": "Microsoft Teams",
    "office365-video": "Microsoft Teams",
    "jitsi": "Jitsi Meet",
    "webex_video": "Webex",
    "webex-video": "Webex",
    "whereby_video": "Whereby",
    "whereby-video": "Whereby",
    "facetime-video": "FaceTime",
    "discord-video": "Discord",
    "whatsapp-video": "WhatsApp",
    "huddle": "Huddle01",
}
HOSTS = {
    "meet.google.com": "Google Meet",
    "zoom.us": "Zoom",
    "teams.microsoft.com": "Microsoft Teams",
    "teams.live.com": "Microsoft Teams",
    "meet.jit.si": "Jitsi Meet",
    "webex.com": "Webex",
    "whereby.com": "Whereby",
}
"""Cal.com replaces the name of an app by the link that it made."""
CALENDARS = {
    "google_calendar": "Google Calendar",
    "office365_calendar": "Outlook",
    "apple_calendar": "Apple Calendar",
    "caldav_calendar": "CalDAV",
    "exchange_calendar": "Exchange",
    "zoho_calendar": "Zoho Calendar",
    "feishu_calendar": "Feishu",
    "lark_calendar": "Lark",
}


def provider(location: str) -> str:
    """`Cal Video` for `integrations:daily`, `Google Meet` for a link to it; empty when the place is no app that is known."""
    name = location.removeprefix("integrations:")
    if location.startswith(("https://", "http://")):
        return _by_link(location)
    if name in VIDEO:
        return VIDEO[name]
    return _words(name) if name != location else ""


def _by_link(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.path.startswith("/video/") and host.startswith(("app.cal.", "cal.")):
        return VIDEO["daily"]
    return next((name for known, name in HOSTS.items() if host == known or host.endswith(f".{known}")), "")


def integration(name: str) -> str:
    """`Google Meet` for `google-meet`; an unknown one in its own words."""
    return VIDEO.get(name) or _words(name)


def calendar(integration_name: str) -> str:
    """`Google Calendar` for `google_calendar`."""
    return CALENDARS.get(integration_name) or _words(integration_name)


def _words(name: str) -> str:
    words = name.replace(":", " ").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
