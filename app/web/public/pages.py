"""Home, and what search engines ask for."""

from flask import Response, render_template, url_for

from app.hosts import queries as hosts
from app.web.public import catalogue
from app.web.public.blueprint import blueprint, settings, site


@blueprint.get("/")
def home() -> str:
    """The promise, two lines, one action."""
    return render_template("public/home.html", heading=site().home.title, summary=site().description, event_types=catalogue.cards())


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers should leave alone."""
    return Response(render_template("public/robots.txt", site_url=settings().SITE_URL), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages worth finding."""
    paths = [url_for(f"public.{name}") for name in ("home", "consultation", "book")]
    paths += [url_for("public.book_host", username=host.username) for host in hosts.bookable_hosts()]
    paths += [card.url for card in catalogue.cards()]
    return Response(render_template("public/sitemap.xml", site_url=settings().SITE_URL, paths=paths), mimetype="application/xml")
