"""Whether a page is well-formed: what is opened is closed, in order, and no id stands twice."""

from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
NEVER_INSIDE_ITSELF = frozenset({"a", "button", "form", "label", "p", "main", "option"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int]] = []
        self.ids: set[str] = set()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        if tag in NEVER_INSIDE_ITSELF and any(tag == name for name, _ in self.open):
            self._note(f"<{tag}> inside <{tag}>")
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(tag, attrs)
        inside_svg = any(name == "svg" for name, _ in self.open) or tag == "svg"
        if tag not in VOID and not inside_svg:
            self._note(f"<{tag}/> closes nothing in HTML")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._note(f"</{tag}> of an element that has no end")
        elif not self.open or self.open[-1][0] != tag:
            inner = f"<{self.open[-1][0]}> of line {self.open[-1][1]} is still open" if self.open else "nothing is open"
            self._note(f"</{tag}>, but {inner}")
            if any(tag == name for name, _ in self.open):
                while self.open.pop()[0] != tag:
                    pass
        else:
            self.open.pop()

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        for name in {name for name in names if names.count(name) > 1}:
            self._note(f"<{tag}> has {name} twice")
        for name, value in attrs:
            if name == "id" and value in self.ids:
                self._note(f"id {value} stands twice")
            elif name == "id":
                self.ids.add(str(value))
            if name == "style" or name.startswith("on"):
                self._note(f"<{tag} {name}=…> is inline and blocked by the content policy")

    def _note(self, problem: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {problem}")


def problems_of(html: str) -> list[str]:
    """What is wrong with the page; empty when it is well-formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    unclosed = [f"line {line}: <{tag}> is never closed" for tag, line in reader.open]
    no_doctype = [] if "<html" not in html.lower() or html.lstrip()[:9].lower() == "<!doctype" else ["line 1: no doctype"]
    return no_doctype + reader.problems + unclosed
