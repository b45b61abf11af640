"""A small reader of HTML for tests: a tree, and complaints about tags that do not close."""

from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser

CONTROLS = ("input", "select", "textarea")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
INLINE = {"a", "abbr", "b", "bdi", "em", "i", "small", "span", "strong", "sup", "time"}


class Element:
    """An element with its attributes, its parent and what is in it."""

    def __init__(self, tag: str, attributes: dict[str, str | None], parent: "Element | None") -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Element | str] = []
        self.faults: list[str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name] or ""

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attributes}>"

    def get(self, name: str, default=None):
        """Return an attribute; one without a value is an empty text."""
        if name not in self.attributes:
            return default
        return self.attributes[name] or ""

    def walk(self) -> Iterator["Element"]:
        """Yield all elements inside, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, *tags: str, **attributes: str) -> list["Element"]:
        """List the elements inside with one of these tags and these attributes (`class_` is one of its classes)."""
        wanted = attributes.pop("class_", None)
        return [
            e for e in self.walk()
            if (not tags or e.tag in tags)
            and all(e.get(name.replace("_", "-")) == value for name, value in attributes.items())
            and (wanted is None or wanted in (e.get("class") or "").split())
        ]  # fmt: skip

    def one(self, *tags: str, **attributes: str) -> "Element":
        """Return the only element inside that fits; fail when there is none or more."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} of {tags} {attributes}"
        return found[0]

    @cached_property
    def by_id(self) -> dict[str, "Element"]:
        """Return the elements inside by id."""
        return {e["id"]: e for e in self.walk() if e.get("id")}

    @property
    def parents(self) -> Iterator["Element"]:
        """Yield what it stands in, from the inside out."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    @property
    def raw_text(self) -> str:
        """Return the text inside as it is written."""
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    @property
    def text(self) -> str:
        """Return the text inside as it is read: single spaces, no scripts."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        if self.tag in ("script", "style", "template"):
            return
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                space = " " if child.tag not in INLINE else ""
                yield space
                yield from child._pieces()
                yield space


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self.root.faults.append(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, dict(attrs), self.current)
        self.current.children.append(element)
        if tag not in VOID:
            self.current = element

    def handle_startendtag(self, tag: str, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.root.faults.append(f"</{tag}> closes nothing")
        elif self.current.tag != tag:
            self.root.faults.append(f"</{tag}> where </{self.current.tag}> was due (line {self.getpos()[0]})")
            if any(parent.tag == tag for parent in self.current.parents):
                while self.current.tag != tag:
                    self.current = self.current.parent
                self.current = self.current.parent
        else:
            self.current = self.current.parent

    def handle_data(self, data: str) -> None:
        self.current.children.append(data)


def parse(body: str) -> Element:
    """Read a page; what does not nest is in `faults` of the root."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    if reader.current is not reader.root and body.strip():
        reader.root.faults.append(f"<{reader.current.tag}> is never closed")
    return reader.root
