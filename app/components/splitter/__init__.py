"""A line between two parts of the page that can be dragged."""

from typing import Final, Literal

from app.components.mount import component

_splitter = component("splitter")
MIN_PX: Final = 120


def splitter(
    name: str,
    *,
    label: str,
    sizes: Literal["right", "left", "above", "below"],
    initial: int,
    minimum: int = MIN_PX,
    rest: int = MIN_PX,
    foldable: bool = False,
    within: str = "",
) -> None:
    """Draw a line that sets the CSS variable `--<name>` of the document to a number of pixels.

    The style sheet uses the variable as the size of one of the two parts. The browser remembers it; arrows move
    the line, a double click takes it back.

    Args:
        name: The variable, such as "bestand-inspector"; one size for all lines of that name.
        label: What a screen reader says of it.
        sizes: Which of the two parts has that size.
        initial: At first, and after a double click.
        minimum: The least size.
        rest: What at least stays of the window for everything else.
        foldable: Whether the part may be folded away; then Enter does it too.
        within: Which of several views it is in that may be drawn together.
    """
    _splitter(
        key="_".join(filter(None, ("splitter", name.replace("-", "_"), sizes, within))),
        height="stretch" if sizes in ("left", "right") else "content",
        width="content" if sizes in ("left", "right") else "stretch",
        data={
            "name": name, "sizes": sizes, "initial": initial, "min": minimum, "rest": rest, "label": label,
            "foldable": foldable,
        },
    )  # fmt: skip
