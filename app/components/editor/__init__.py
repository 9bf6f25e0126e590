"""The SQL editor; see `sql_editor`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import streamlit as st

from app.components.mount import component

_editor = component("editor")

_RUN: Final = "run"
_TEXT: Final = "text"
_STAY: Final = "stay"


@dataclass(frozen=True, slots=True)
class Run:
    """What a person wants to know. `number` counts the runs of one editor; `parameters` are as they were typed.

    `line` and `column` (from 1) are where the statement begins in the editor.
    """

    number: int
    sql: str
    parameters: Mapping[str, str]
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """All that is in the editor, and the statement the caret is in; `seq` is higher the newer the text is."""

    text: str
    seq: int
    statement: str


@dataclass(frozen=True, slots=True)
class Told:
    """Why a run gave no answer, and where in its statement; lines and columns from 1."""

    run: int
    message: str
    line: int | None = None
    column: int | None = None
    wrong: str | None = None
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """A statement to put behind what is in the editor; each `seq` is heeded once."""

    seq: int
    sql: str


@dataclass(frozen=True, slots=True)
class Other:
    """What another window has in the editor; `seq` tells which of its texts, `told` whose it is and since when."""

    seq: int
    text: str
    parameters: Mapping[str, str]
    told: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A person stays with what the editor has, and has seen what others have up to a number."""

    seen: int
    text: str
    seq: int
    parameters: Mapping[str, str]


def sql_editor(
    *,
    key: str,
    text: str,
    seq: int,
    routes: Mapping[str, str],
    mark: str,
    labels: Mapping[str, str],
    parameters: Mapping[str, str] | None = None,
    running_ms: float | None = None,
    told: Told | None = None,
    add: Addition | None = None,
    others: Sequence[Other] = (),
    on_run: Callable[[Run, Text], None],
    on_stop: Callable[[], None],
    on_text: Callable[[Text], None],
    on_stay: Callable[[Stay], None],
) -> None:
    """Draw the editor, as high as the place it is in.

    The browser owns the text: `text` replaces it only if `seq` is higher than its own.

    Args:
        key: The widget's key; the browser keeps half-typed text under it.
        text: The text as it is known here.
        seq: Which text that is.
        routes: Where `catalogue` and `words` are fetched.
        mark: Changes when the catalogue did.
        labels: What it says, see `Labels` of its script.
        parameters: The values of the question's `$name`s an earlier window left, as typed.
        running_ms: How long a question runs by now; None when none does.
        told: Why the last run gave no answer.
        add: A statement to add.
        others: What other windows have; offered under the text where it differs.
        on_run: A callback; Ctrl+Enter or the button.
        on_stop: A callback; the same button while a question runs.
        on_text: A callback; the text, a moment after the last key and when the focus leaves.
        on_stay: A callback; somebody does not want what others have.
    """
    _editor(
        key=key,
        height="stretch",
        data={
            "field": key,
            "text": text,
            "seq": seq,
            "parameters": dict(parameters or {}),
            "routes": dict(routes),
            "mark": mark,
            "labels": dict(labels),
            "running_ms": running_ms,
            "told": asdict(told) if told else None,
            "add": asdict(add) if add else None,
            "others": [asdict(one) for one in others],
        },
        on_run_change=lambda: on_run(*_run_of(_value(key, _RUN))),
        on_stop_change=on_stop,
        on_text_change=lambda: on_text(_text_of(_value(key, _TEXT), "statement")),
        on_stay_change=lambda: on_stay(_stay_of(_value(key, _STAY))),
    )


def _run_of(found: Mapping[str, Any]) -> tuple[Run, Text]:
    place = int(found["line"]), int(found["column"])
    run = Run(int(found["run"]), str(found["sql"]), _typed(found), *place)
    return run, _text_of(found, "sql")


def _stay_of(found: Mapping[str, Any]) -> Stay:
    return Stay(int(found["seq"]), str(found["text"]), int(found["text_seq"]), _typed(found))


def _typed(found: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (found.get("parameters") or {}).items()}


def _text_of(found: Mapping[str, Any], statement: str) -> Text:
    return Text(str(found["text"]), int(found["seq"]), str(found[statement]))


def _value(key: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = st.session_state[key][name]
    return found
