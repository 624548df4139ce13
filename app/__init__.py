"""Frontdesk: the website that stands in front of a Cal.com account. This file is the table of contents."""

from flask import Flask

from app import cli, log
from app.config import MIGRATIONS, Settings
from app.db import db
from app.extensions import compress, csrf, limiter, login, migrate
from app.site import load as load_site
from app.web import admin, api, assets, demo, errors, feeds, filters, health, metrics, public, renewal, requests, security, tokens, webhooks
from app.web.mail_links import mail_links
from app.wiring import Works


def create_app(settings: Settings | None = None) -> Flask:
    """The application; raises `SettingsError` or `SiteFileError` with the fix when something is malformed."""
    settings = settings or Settings.load()
    log.configure(readable=settings.demo or settings.LOG_READABLE, level=settings.LOG_LEVEL)
    site = load_site(settings.site_file, name=settings.SITE_NAME, time_zone=settings.PLACE_TIME_ZONE)
    app = Flask(__name__, instance_path=str(settings.INSTANCE_PATH.resolve()))
    app.config.from_mapping(settings.flask_config())
    app.extensions |= {"settings": settings, "site": site}
    works = app.extensions["works"] = Works(app, settings, site, links_for=mail_links(settings))
    app.extensions["webhook_secrets"] = works.webhook_secrets

    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    csrf.init_app(app)
    csrf.exempt(webhooks.blueprint)
    csrf.exempt(tokens.blueprint)
    csrf.exempt(public.unsubscribe_now)
    csrf.exempt(public.moments)
    limiter.init_app(app)
    login.init_app(app)
    compress.init_app(app)
    app.wsgi_app = webhooks.ShortWay(app, settings)  # type: ignore[method-assign]  # as Flask documents it
    security.init_app(app, settings)
    metrics.init_app(app, settings)
    requests.init_app(app, settings)
    assets.init_app(app, settings, site)
    renewal.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    for blueprint in (public.blueprint, api.blueprint, feeds.blueprint, admin.blueprint, webhooks.blueprint, tokens.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    if settings.demo:
        app.register_blueprint(demo.blueprint)
    cli.register(app, create_app)
    return app
