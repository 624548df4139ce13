"""The questions of a booking form: those that every event type has, and those that a host adds."""

from dataclasses import dataclass
from typing import Any

CUSTOM_TYPES = ("phone", "address", "text", "number", "textarea", "select", "multiselect", "multiemail", "checkbox", "radio", "boolean", "url")
WITH_OPTIONS = ("select", "multiselect", "checkbox", "radio")
SEVERAL = ("multiselect", "multiemail", "checkbox")
WITHOUT_PLACEHOLDER = ("multiselect", "checkbox", "radio", "boolean")


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something a host asks beyond name and address."""

    slug: str
    type: str
    label: str
    required: bool = False
    placeholder: str = ""
    hidden: bool = False
    options: tuple[str, ...] = ()
    fixed_on_prefill: bool = False

    def fault_in(self, value: Any) -> str | None:
        """What is wrong with an answer, in Cal.com's manner, or None."""
        if value in (None, "", []):
            return f"{self.slug} is required" if self.required and not self.hidden else None
        if self.type in SEVERAL:
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                return f"{self.slug} must be an array of strings"
            chosen = value
        elif self.type == "boolean":
            return None if isinstance(value, bool) else f"{self.slug} must be a boolean"
        elif self.type == "number":
            return None if _is_number(value) else f"{self.slug} must be a number"
        elif not isinstance(value, str):
            return f"{self.slug} must be a string"
        else:
            chosen = [value]
        return self._fault_in_each(chosen)

    def _fault_in_each(self, chosen: list[str]) -> str | None:
        if self.type in WITH_OPTIONS and not set(chosen) <= set(self.options):
            return f"{self.slug} must be one of: {', '.join(self.options)}"
        if self.type == "multiemail" and not all("@" in one for one in chosen):
            return f"{self.slug} must contain valid email addresses"
        if self.type == "url" and not chosen[0].startswith(("http://", "https://")):
            return f"{self.slug} must be a valid URL"
        if self.type == "phone" and not chosen[0].startswith("+"):
            return f"{self.slug} must be a phone number in international format"
        return None


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
