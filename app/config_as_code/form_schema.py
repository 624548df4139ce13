"""What a booker is asked in the file: where to meet, and the questions of the form, under Cal.com's own names."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.config_as_code.part import Address, Line, Part, Words
from app.config_as_code.questions import USUAL, WITH_OPTIONS, WITHOUT_PLACEHOLDER

QuestionType = Literal[
    "name", "email", "phone", "address", "text", "number", "textarea", "select", "multiselect", "multiemail", "checkbox", "radio", "boolean", "url"
]


class Location(Part):
    """A place to meet; `type` decides which other key is needed."""

    type: Literal["address", "link", "phone", "integration", "attendeeAddress", "attendeePhone", "attendeeDefined", "organizersDefaultApp"]
    address: Line | None = None
    link: Address | None = None
    phone: Annotated[str, Field(min_length=3, max_length=40, description="In international form: +44 …")] | None = None
    integration: Annotated[str, Field(description="Of an installed app, such as cal-video, google-meet, zoom.")] | None = None
    public: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = self.type if self.type in {"address", "link", "phone", "integration"} else None
        for name in ("address", "link", "phone", "integration"):
            given = getattr(self, name) is not None
            if name == wanted and not given:
                msg = f"needs the key {name}, since its type is {self.type}"
                raise ValueError(msg)
            if given and name != wanted:
                msg = f"has the key {name}, which a place of type {self.type} does not have"
                raise ValueError(msg)
        return self


class Question(Part):
    """A question of the form. The usual ones are named by slug: name, email, title, location, notes, guests, rescheduleReason."""

    slug: Annotated[str, Field(pattern=r"^[^\s]+$")]
    type: QuestionType | None = None
    label: Words | None = None
    required: bool | None = None
    placeholder: Words | None = None
    hidden: bool | None = None
    disableOnPrefill: bool | None = None
    options: list[Line] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.slug in USUAL:
            if self.slug == "email" and (self.required is False or self.hidden):
                raise ValueError("email must stay required and visible: Cal.com refuses anything else")
            return self
        if self.type in {None, "name", "email"}:
            raise ValueError(
                f"{self.slug} needs a type: text, textarea, number, phone, address, url, select, multiselect, checkbox, radio, boolean, multiemail"
            )
        if not self.label:
            raise ValueError(f"{self.slug} needs a label: the words that a booker reads")
        if (self.type in WITH_OPTIONS) != bool(self.options):
            raise ValueError(f"{self.slug}: options belong to {', '.join(WITH_OPTIONS)} and to nothing else, and those need at least one")
        if self.placeholder and self.type in WITHOUT_PLACEHOLDER:
            raise ValueError(f"{self.slug}: a question of type {self.type} has no placeholder")
        return self
