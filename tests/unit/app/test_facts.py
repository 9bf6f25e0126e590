"""Facts below each other: whatever a file is called, it is text."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as some

from app.widgets.facts import Facts


class _Seen(HTMLParser):
    """What a browser would see: the tags, the label, and the text of each cell."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.label: str | None = None
        self.cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.label = dict(attrs).get("aria-label", self.label)
        if tag in ("th", "td"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.cells[-1] += data


_anything = some.text(some.characters(exclude_characters="\r\0", codec="utf-8"), max_size=40)


@given(some.dictionaries(_anything, _anything, min_size=1, max_size=4), _anything)
def test_names_and_values_are_text_and_nothing_else(values: dict[str, str], label: str) -> None:
    """A file called `<script>` is shown as that; a value that is read letter by letter stays the same."""
    last = list(values)[-1]
    seen = _Seen(Facts(values, label, code=[last])._repr_html_())

    assert seen.cells == [text for pair in values.items() for text in pair]
    assert seen.label == label
    assert seen.tags == ["table", "tbody", *["tr", "th", "td"] * len(values), "code"]
