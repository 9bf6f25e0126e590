"""Compares JSON values with the shapes in `cli_shapes.json`; the file says how to read them."""

import json
from pathlib import Path
from typing import Any

SHAPES: dict[str, Any] = json.loads(Path(__file__).with_name("cli_shapes.json").read_text(encoding="utf-8"))

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def misfits(value: object, shape: Any, place: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """Return every place where the value is not of the shape, as a phrase; empty if it fits."""
    if isinstance(shape, str):
        return _misfits_of_word(value, shape, place)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [bad for i, item in enumerate(value) for bad in misfits(item, shape[0], f"{place}[{i}]")]
    if not isinstance(value, dict):
        return [f"{place} is no object"]
    found = [f"{place}.{name} is missing" for name in shape if name != "*" and name not in value]
    for name, inner in value.items():
        wanted = shape.get(name, shape.get("*"))
        found += (
            [f"{place}.{name} is not in the contract"]
            if wanted is None
            else misfits(inner, wanted, f"{place}.{name}")
        )
    return found


def _misfits_of_word(value: object, word: str, place: str) -> list[str]:
    if word == "any":
        return []
    if word.startswith("#"):
        return misfits(value, SHAPES[word[1:]], place)
    for kind in word.split("|"):
        if isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool)):
            return []
    return [f"{place} is {value!r}, not {word}"]
