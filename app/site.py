"""Everything an owner may change without touching code: texts, colour, logo, people, place, links.

It comes from one YAML file (`SITE_FILE`; `site.yaml` beside this module is the sample and the default). A mistake
in it stops the start with one line that names the file, the line, the key and what is allowed there, because the
person who edits this file reads texts and not tracebacks.
"""

import difflib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.colour import Palette, contrast, palette, surfaces
from app.site_file import SiteFileError, key_and_words, line_of, parse, say
from app.site_mails import Mails
from app.timing import zone_names

__all__ = ["Site", "SiteFileError", "load", "read"]

SAMPLE = Path(__file__).with_name("site.yaml")
LOGO_KINDS = {".svg", ".png", ".webp", ".jpg", ".jpeg"}
LOGO_BYTES = 300_000

Icon = Literal["clock", "place", "video", "list", "move", "price", "person", "mail", "shield", "check"]


def _colour(value: str) -> str:
    return palette(value).brand


def _zone(value: str) -> str:
    if value not in zone_names():
        near = difflib.get_close_matches(value, zone_names(), n=1)
        msg = "must be a time zone such as Europe/London" + (f" (did you mean {near[0]}?)" if near else "")
        raise ValueError(msg)
    return value


def _address(value: str) -> str:
    if not value.startswith(("https://", "http://", "mailto:", "/")) or value.startswith("//") or any(c.isspace() for c in value):
        msg = "must be a web address that begins with https://, or a path of this site that begins with /"
        raise ValueError(msg)
    return value


Text = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=160)]
Maybe = Annotated[str, Field(max_length=2000)]
Address = Annotated[str, AfterValidator(_address)]


class Part(BaseModel):
    """A block of the site file; keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Card(Part):
    """A short answer to one question, with an icon."""

    title: Line
    text: Text
    icon: Icon = "check"


class Step(Part):
    """One numbered step of what happens."""

    title: Line
    text: Text


class Question(Part):
    """A question people ask, and the answer."""

    question: Line
    answer: Text


class Link(Part):
    """A link with its words."""

    label: Line
    url: Address


class Person(Part):
    """Someone a visitor may meet."""

    name: Line
    role: Line
    text: Maybe = ""

    @cached_property
    def initials(self) -> str:
        """First letters of the first and the last name, for a card without a picture."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Place(Part):
    """Where the owner is; its time zone is the one that times are shown in."""

    name: Line
    address: Maybe = ""
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/London"


class Contact(Part):
    """How to reach a person."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    phone: Maybe = ""


class Home(Part):
    """The home page: a promise, two lines, and one action."""

    title: Line
    lead: Text
    action: Line = "Book a consultation"
    facts: list[Card] = Field(default=[], max_length=4)
    steps_title: Line = "What happens"
    steps: list[Step] = Field(default=[], max_length=5)
    people_title: Line = "Who you will meet"


class Consultation(Part):
    """The landing page of the consultation."""

    title: Line
    lead: Text
    what_title: Line = "What it is"
    what: list[Text] = Field(min_length=1)
    for_title: Line = "Who it is for"
    for_whom: list[Text] = []
    not_for: Maybe = ""
    steps_title: Line = "What happens"
    steps: list[Step] = []
    price_title: Line = "What it costs"
    price: Line
    price_text: Maybe = ""
    questions_title: Line = "Questions and answers"
    questions: list[Question] = []
    book_title: Line = "Choose a time"


class Book(Part):
    """The booking page: heading, one line, and cards with what a visitor wants to know first."""

    title: Line
    lead: Maybe = ""
    cards: list[Card] = Field(default=[], max_length=6)


class Site(Part):
    """The owner's side of the site: names, texts, colour, people and place."""

    name: Line
    tagline: Maybe = ""
    description: Maybe = ""
    brand: Annotated[str, AfterValidator(_colour)] = "#065a5f"
    logo: Path | None = None
    contact: Contact = Contact()
    legal: list[Link] = []
    home: Home
    consultation: Consultation
    book: Book
    people: list[Person] = []
    place: Place
    guests_get_mail: bool = False
    mails: Mails = Mails()
    languages: list[Literal["en"]] = ["en"]

    @cached_property
    def palette(self) -> Palette:
        """The owner's colour and its readable shades."""
        return palette(self.brand)

    @cached_property
    def warnings(self) -> list[str]:
        """What the owner should know: where the colour had to be changed so that people can read text in it."""
        shade, hue = self.palette.on_light, self.palette.hue
        ratio = min(contrast(self.brand, paper) for paper in surfaces("light", hue))
        if shade == self.brand:
            return []
        said = (
            f"brand {self.brand} has a contrast of {ratio:.1f} : 1 on light pages and text needs 7 : 1, "
            f"so buttons and links use {shade} there and {self.palette.on_dark} on dark pages."
        )
        return [said]


def load(path: Path | None = None, *, name: str = "", time_zone: str = "") -> Site:
    """The site that a file describes (without one, the sample); `name` and `time_zone` override what it says.

    Raises `SiteFileError`, one line per mistake: file, line, key, and what is allowed there.
    """
    file = path or SAMPLE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        msg = f"SITE_FILE {file} cannot be read ({reason}): check the path and its permissions."
        raise SiteFileError(msg) from None
    return read(text, file=file, name=name, time_zone=time_zone)


def read(text: str, *, file: Path, name: str = "", time_zone: str = "") -> Site:
    """The site that a text describes; `file` is where it stands or will stand. Raises as `load` does."""
    root, values = parse(file, text)
    if not isinstance(values, dict):
        msg = f"{file}, line 1: the file must be a list of keys with values, such as name: My office."
        raise SiteFileError(msg)
    if name:
        values["name"] = name
    if time_zone and isinstance(values.get("place"), dict):
        values["place"]["time_zone"] = time_zone
    try:
        site = Site.model_validate(values)
    except ValidationError as error:
        lines = [say(file, root, problem, Site) for problem in error.errors()]
        raise SiteFileError("\n".join(lines), problems=dict(key_and_words(problem, Site) for problem in error.errors())) from None
    return _with_logo(site, file, root)


def _with_logo(site: Site, file: Path, root: yaml.Node | None) -> Site:
    if site.logo is None:
        return site
    logo = (file.parent / site.logo).resolve()
    problem = ""
    if logo.suffix.lower() not in LOGO_KINDS:
        problem = f"must be a picture file ({', '.join(sorted(LOGO_KINDS))})"
    elif not logo.is_file():
        problem = "is not a file; the path counts from the folder of the site file"
    elif logo.stat().st_size > LOGO_BYTES:
        problem = f"must be smaller than {LOGO_BYTES // 1000} kB"
    if problem:
        msg = f"{file}, line {line_of(root, ('logo',))}: logo {problem}."
        raise SiteFileError(msg, problems={"logo": problem})
    return site.model_copy(update={"logo": logo})
