"""What a browser says of itself, as people say it, and where it is, shortened so that it tells a place and not a person."""

import ipaddress

from flask import request

from app.accounts.sessions import Browser

PROGRAMS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox", "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "Mac", "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip
"""First come, first served: Edge says that it is Chrome, Chrome that it is Safari, Android that it is Linux."""


def this_browser() -> Browser:
    """The browser that asks."""
    return Browser(device=device(request.user_agent.string), network=place(request.remote_addr or ""))


def device(agent: str) -> str:
    """`Firefox on Windows`; what cannot be told is left out."""
    program = next((name for mark, name in PROGRAMS.items() if mark in agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return " on ".join(part for part in (program or "A browser", system) if part)


def place(address: str) -> str:
    """The /24 of an IPv4 client, the /48 of an IPv6 client."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 48 if found.version == 6 else 24), strict=False))
