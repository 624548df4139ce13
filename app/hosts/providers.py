"""The apps behind a meeting and behind a calendar, in the names that people know."""

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
    """`Cal Video` for `integrations:daily` or `cal-video`; empty when the place is no app at all."""
    name = location.removeprefix("integrations:")
    if name in VIDEO:
        return VIDEO[name]
    return _words(name) if name != location else ""


def integration(name: str) -> str:
    """`Google Meet` for `google-meet`; an unknown one in its own words."""
    return VIDEO.get(name) or _words(name)


def calendar(integration_name: str) -> str:
    """`Google Calendar` for `google_calendar`."""
    return CALENDARS.get(integration_name) or _words(integration_name)


def _words(name: str) -> str:
    words = name.replace(":", " ").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
