"""What mails say in other languages than English: one module each, English text → text."""

from collections.abc import Mapping

from app.notifications.languages import de, es

CATALOGUES: Mapping[str, Mapping[str, str]] = {"de": de.TEXTS, "es": es.TEXTS}
