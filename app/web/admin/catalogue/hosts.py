"""Hosts: people and teams that can be booked, as synced."""

from flask import render_template

from app.hosts import queries
from app.web.admin.blueprint import blueprint, settings
from app.web.admin.catalogue import shown


@blueprint.get("/hosts")
def hosts() -> str:
    """Everybody whom Cal.com named, gone ones too."""
    kinds = queries.everything()
    rows = queries.every_host()
    people = [shown.someone(row, [kind for kind in kinds if kind.host_id == row.id]) for row in rows]
    return render_template("admin/catalogue/hosts.html", shown=shown, people=people, synced_at=shown.synced_at(rows), has_key=bool(settings().CALCOM_API_KEY))
