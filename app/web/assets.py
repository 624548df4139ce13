"""Own style sheets and scripts under an address that changes with their content, so that browsers keep them for a year.

Each file of `static/` is read once at start: comments and indentation go, the owner's colour joins `site.css`,
and both compressed forms are made with full effort. There is no build step.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, abort, current_app, request, url_for

from app.config import Settings
from app.site import Site

FOR_A_YEAR = "public, max-age=31536000, immutable"
TEXT = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8"}
SMALL = 200
"""Below this, compressing costs more than it saves."""


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    name: str
    """With the hash: `site.1a2b3c4d5e.css`."""
    content_type: str
    body: bytes
    encodings: dict[str, bytes]


def init_app(app: Flask, settings: Settings, site: Site) -> None:  # noqa: ARG001 -- the signature is that of every part of the house
    """Serves `static/*.css`, `static/*.js`, the logo and the favicon, and gives templates `asset_url(name)`."""
    folder = Path(app.static_folder or "static")
    assets = {path.name: _asset(path.name, _render(path, site)) for path in sorted(folder.glob("*.*")) if path.suffix in TEXT}
    assets |= _of_the_owner(site)
    app.extensions["assets"] = assets
    app.extensions["assets_by_address"] = {asset.name: asset for asset in assets.values()}
    app.extensions["works"].when_renewed.append(lambda site: _renew(app, site))
    app.add_url_rule("/assets/<name>", "asset", _send)
    app.add_url_rule("/favicon.ico", "favicon", _send_favicon)
    app.jinja_env.globals["asset_url"] = asset_url
    app.jinja_env.globals["site"] = site


def _of_the_owner(site: Site) -> dict[str, Asset]:
    """What is made of the site file beside the style sheet."""
    made = {"favicon.svg": _asset("favicon.svg", _favicon(site).encode())}
    if site.logo:
        made["logo"] = _asset(f"logo{site.logo.suffix.lower()}", site.logo.read_bytes())
    return made


def _renew(app: Flask, site: Site) -> None:
    """The owner's colour, letter and logo as they are now; old addresses go on for pages that are open."""
    sheet = Path(app.static_folder or "static") / "site.css"
    fresh = {sheet.name: _asset(sheet.name, _render(sheet, site)), **_of_the_owner(site)}
    kept = {name: asset for name, asset in app.extensions["assets"].items() if name != "logo"}
    app.extensions["assets"] = kept | fresh
    app.extensions["assets_by_address"] |= {asset.name: asset for asset in fresh.values()}
    app.jinja_env.globals["site"] = site


def asset_url(name: str) -> str:
    """The address of a file of `static/` with the hash of its content; `KeyError` when there is no such file."""
    asset: Asset = current_app.extensions["assets"][name]
    return url_for("asset", name=asset.name)


def _send(name: str) -> Response:
    asset: Asset | None = current_app.extensions["assets_by_address"].get(name)
    if asset is None:  # another process may have taken up a changed site file before this one
        current_app.extensions["works"].look_at_site(at_once=True)
        asset = current_app.extensions["assets_by_address"].get(name)
    if asset is None:
        abort(404)
    return _answer(asset)


def _send_favicon() -> Response:
    response = _answer(current_app.extensions["assets"]["favicon.svg"])
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _answer(asset: Asset) -> Response:
    best = request.accept_encodings.best_match(list(asset.encodings)) if asset.encodings and request.accept_encodings else None
    response = Response(asset.encodings[best] if best else asset.body, content_type=asset.content_type)
    if best:
        response.headers["Content-Encoding"] = best
    if asset.encodings:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_A_YEAR
    return response


@lru_cache(maxsize=64)
def _asset(name: str, body: bytes) -> Asset:
    """Compressed as small as it goes, which takes most of the time that an app takes to start: once for each text in a process."""
    path = Path(name)
    content_type = TEXT.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    encodings: dict[str, bytes] = {}
    if path.suffix in TEXT and len(body) > SMALL:
        encodings = {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0)}
    digest = hashlib.sha256(body).hexdigest()[:10]
    return Asset(f"{path.stem}.{digest}{path.suffix}", content_type, body, encodings)


def _render(path: Path, site: Site) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        text = squeeze_css(text)
        if path.name == "site.css":
            text += brand_css(site)
    elif path.suffix == ".js":
        text = squeeze_js(text)
    return text.encode()


def brand_css(site: Site) -> str:
    """The custom properties that carry the owner's colour; they follow `site.css` and so win over its defaults."""
    colours = site.palette
    trace = round(min(colours.chroma * 0.12, 0.012), 4)
    light = f"--hue:{colours.hue};--trace:{trace};--chroma:{min(colours.chroma, 0.14)};--brand:{colours.brand};--accent:{colours.on_light}"
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{--accent:{colours.on_dark}}}}}"


@lru_cache(maxsize=32)
def squeeze_css(text: str) -> str:
    """The same rules without comments and without white space that means nothing."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,>]) ?", r"\1", text).replace(": ", ":").replace(";}", "}").strip()


@lru_cache(maxsize=32)
def squeeze_js(text: str) -> str:
    """The same script without comment lines, blank lines and indentation; no literal of ours spans lines."""
    text = re.sub(r"^\s*/\*.*?\*/\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _favicon(site: Site) -> str:
    """The first letter of the name on the owner's colour."""
    letter = next((sign for sign in site.name if sign.isalnum()), "f").upper()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{site.palette.on_light}"/>'
        '<text x="16" y="23" text-anchor="middle" font-family="Palatino,Georgia,serif" font-size="20" font-weight="600" '
        f'fill="#fff">{letter}</text></svg>'
    )
