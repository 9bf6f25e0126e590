"""Widgets a person chooses in: `s_select s_multiselect s_radio s_segments s_checkbox s_slider s_date`.

What is chosen is kept at once. What a widget's choices no longer contain is offered under it, not dropped. For the
shared arguments see `s_text`; `options` are the choices, `naming` says what each is called. A widget that `shows`
a value kept elsewhere (a place, a setting) keeps none itself; `on_change` takes it there.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

import streamlit as st

from app.forms.state import FormState
from app.session import put, seed_input
from app.widgets.field import OWN, Hear, Place, Width, framed, place, take_from_form
from app.widgets.offers import Fits, Naming, choices_fit, draw_unfit, set_aside
from core.i18n import _, current_locale
from core.rules import Rule

if TYPE_CHECKING:
    from app.context import AppContext

ANY: Final[Rule[Any]] = Rule(Any, required=False)
TRUTH: Final[Rule[bool]] = Rule(bool)
DAY: Final[Rule[dt.date]] = Rule(dt.date, required=False)
_UNCHOSEN: Final = object()


class Usual(TypedDict, total=False):
    """What all widgets take in which one of several is chosen; see `s_text`."""

    rule: Rule[Any] | None
    form: FormState | None
    instance: str | int | None
    default: Any
    shows: Any
    on_change: Hear | None
    hide_label: bool
    disabled: bool
    help: str | None
    width: Width


def s_select(
    ctx: "AppContext", view: str, field: str, *, label: str, options: Sequence[Any], naming: Naming = str,
    placeholder: str | None = None, more: bool = False, **usual: Unpack[Usual],
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw a list to choose one of, and return it; the first is chosen unless `default` says otherwise.

    With `more` a person may type a choice that is not in the list; then it must `show` a value kept elsewhere.
    """
    width = usual.get("width", "stretch")
    one = _one_of(ctx, view, field, options, naming, usual)
    return one.drawn(
        lambda: st.selectbox(
            label,
            one.shown,
            index=one.index,
            placeholder=placeholder,
            accept_new_options=more,
            width="stretch" if width == "content" else width,
            **one.look,
        ),
        alone=True,
    )


def s_radio(
    ctx: "AppContext", view: str, field: str, *, label: str, options: Sequence[Any], naming: Naming = str,
    horizontal: bool = False, **usual: Unpack[Usual],
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw choices one sees all at once, and return the chosen one."""
    one = _one_of(ctx, view, field, options, naming, usual)
    return one.drawn(lambda: st.radio(label, one.shown, index=one.index, horizontal=horizontal, **one.look))


def s_segments(
    ctx: "AppContext", view: str, field: str, *, label: str, options: Sequence[Any], naming: Naming = str,
    **usual: Unpack[Usual],
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw a few choices side by side, of which one always is chosen, and return it."""
    one = _one_of(ctx, view, field, options, naming, usual)
    # mostly what one looks at, not what one puts in: what another window looks at is no offer
    return one.drawn(lambda: st.segmented_control(label, one.shown, required=True, **one.look), others=False)


def s_multiselect(
    ctx: "AppContext", view: str, field: str, *, label: str, options: Sequence[Any], naming: Naming = str,
    rule: Rule[Any] | None = None, form: FormState | None = None, instance: str | int | None = None,
    default: Sequence[Any] = (), shows: Any = OWN,  # noqa: ANN401
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False,
    help: str | None = None, width: Width = "stretch", placeholder: str | None = None, more: bool = False,  # noqa: A002
) -> list[Any]:  # fmt: skip
    """Draw a list to choose any number of, and return the chosen ones in order; `more` is as in `s_select`."""
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=ANY)
    shown, naming = _seed(at, options, list(default), naming, several=True, shows=shows)

    def draw() -> None:
        st.multiselect(
            label, shown, key=at.key, format_func=naming, on_change=at.told, disabled=disabled, help=help,
            placeholder=placeholder, accept_new_options=more,
            label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip

    return list(_drawn(at, draw, options, naming, width, several=True) or ())


def s_checkbox(
    ctx: "AppContext", view: str, field: str, *, label: str, rule: Rule[Any] | None = None,
    form: FormState | None = None, instance: str | int | None = None, default: bool = False,
    shows: bool | None = None,
    on_change: Hear | None = None, disabled: bool = False, help: str | None = None, switch: bool = False,  # noqa: A002
) -> bool:  # fmt: skip
    """Draw a box to tick, or with `switch` one to switch, and return whether it is."""
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=TRUTH)
    if shows is None:
        _seed_value(at, default, _is_truth)
    else:
        at.shows = True
        put(at.key, shows)
    draw = st.toggle if switch else st.checkbox

    def drawn() -> None:
        draw(label, key=at.key, on_change=at.told, disabled=disabled, help=help)

    _plainly(at, drawn, "content" if form is None else "stretch")
    if form is None and not switch:  # a switch is for what one looks at, as are segments
        draw_unfit(at, _is_truth, naming=yes_or_no)
    return bool(at.value)


def s_slider(
    ctx: "AppContext", view: str, field: str, *, label: str, least: float, most: float, step: float | None = None,
    rule: Rule[Any] | None = None, form: FormState | None = None, instance: str | int | None = None,
    default: Any = None, on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False,  # noqa: ANN401
    help: str | None = None, width: Width = "stretch",  # noqa: A002
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw a slider from `least` to `most`, all of them int or all float, and return its number."""
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=ANY)
    kind = type(least)

    def fits(value: Any) -> bool:  # noqa: ANN401 - whatever was kept
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    _seed_value(at, kind(least if default is None else default), fits, as_held=kind)
    if not fits(held := st.session_state[at.key]):
        set_aside(at, min(max(kind(held), least), most))
    elif type(held) is not kind:
        put(at.key, kind(held))

    def draw() -> None:
        st.slider(
            label, least, most, key=at.key, step=step, on_change=at.told, disabled=disabled, help=help,
            label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip

    _plainly(at, draw, width)
    draw_unfit(at, fits, naming=at.rule.shown)
    return at.value


def s_date(
    ctx: "AppContext", view: str, field: str, *, label: str, rule: Rule[Any] | None = None,
    form: FormState | None = None, instance: str | int | None = None, default: dt.date | None = None,
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False, help: str | None = None,  # noqa: A002
    width: Width = "stretch", first: dt.date = dt.date(1, 1, 1), last: dt.date = dt.date(9999, 12, 31),
) -> dt.date | None:  # fmt: skip
    """Draw a field for a day with a calendar, and return it; None while there is none."""
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=DAY)

    def fits(value: Any) -> bool:  # noqa: ANN401 - whatever was kept
        return value is None or (type(value) is dt.date and first <= value <= last)

    _seed_value(at, default, fits)
    if not fits(st.session_state.get(at.key)):
        set_aside(at, default if fits(default) else None)

    def draw() -> None:
        st.date_input(
            label, None, key=at.key, min_value=first, max_value=last, on_change=at.told, disabled=disabled,
            help=help, format=_day_format(), label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip

    _plainly(at, draw, width)
    draw_unfit(at, fits, naming=at.rule.shown)
    found = at.value
    return found if isinstance(found, dt.date) else None


# ---- inside -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OneOf:
    """A widget in which one of several is chosen: its place, what it shows, and how all of them look."""

    at: Place
    options: Sequence[Any]
    shown: list[Any]
    naming: Naming
    index: int | None
    usual: Usual

    @property
    def look(self) -> dict[str, Any]:
        """What Streamlit is told of each of them alike."""
        return {
            "key": self.at.key,
            "format_func": self.naming,
            "on_change": self.at.told,
            "disabled": self.usual.get("disabled", False),
            "help": self.usual.get("help"),
            "label_visibility": "collapsed" if self.usual.get("hide_label") else "visible",
        }

    def drawn(self, draw: Callable[[], object], *, others: bool = True, alone: bool = False) -> Any:  # noqa: ANN401
        """Draw it, and return what is chosen."""
        width = self.usual.get("width", "stretch")
        return _drawn(self.at, draw, self.options, self.naming, width, others=others, alone=alone)


def _one_of(
    ctx: "AppContext", view: str, field: str, options: Sequence[Any], naming: Naming, usual: Usual
) -> _OneOf:  # fmt: skip
    at = place(
        ctx, view, field, rule=usual.get("rule"), form=usual.get("form"), instance=usual.get("instance"),
        on_change=usual.get("on_change"), otherwise=ANY,
    )  # fmt: skip
    default = usual.get("default", _UNCHOSEN)
    first = (options[0] if options else None) if default is _UNCHOSEN else default
    shown, naming = _seed(at, options, first, naming, shows=usual.get("shows", OWN))
    return _OneOf(at, options, shown, naming, None if first is None else 0, usual)


def _seed(
    at: Place, options: Sequence[Any], default: Any, naming: Naming, *, several: bool = False,  # noqa: ANN401
    shows: Any = OWN,  # noqa: ANN401
) -> tuple[list[Any], Naming]:  # fmt: skip
    """Give the widget what it held; return the choices to be drawn and their names.

    What a form holds stays among the choices, marked, when they no longer contain it: a person changes a form.
    """
    shown = list(options)
    if shows is not OWN:
        at.shows = True
        put(at.key, shows)
        return _with_gone(shown, list(shows) if several else [shows], naming)
    if at.form is None:
        wanted = set(options) if all(map(_hashable, options)) else options

        def fits(value: Any) -> bool:  # noqa: ANN401 - whatever was kept
            if several:
                return isinstance(value, list) and all(one in wanted for one in value)
            return value in wanted or (value is None and default is None)

        seed_input(at.key, default, fits=fits)
        if st.session_state.get(at.key) is None and default is not None:
            put(at.key, default)  # a page that is left while it is drawn may tell that nothing is chosen
        choices_fit(at, options, default, several=several)
        return shown, naming
    held = at.form.held(at.field)
    take_from_form(at, held if held is not None or not several else [])
    return _with_gone(shown, list(held or ()) if several else [held], naming)


def _with_gone(shown: list[Any], held: list[Any], naming: Naming) -> tuple[list[Any], Naming]:
    """Return the choices with what is held and no longer among them, marked."""
    gone = [one for one in held if one is not None and one not in shown]
    if not gone:
        return shown, naming

    def marked(one: Any) -> str:  # noqa: ANN401 - one of the choices
        if any(one is other or one == other for other in gone):
            return _("{name} (no longer there)").format(name=str(one))
        return naming(one)

    return [*shown, *gone], marked


def _hashable(one: object) -> bool:
    return isinstance(one, str | int | float | bool | tuple | None)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def yes_or_no(value: object) -> str:
    """Return what a truth value is called."""
    return _("yes") if value else _("no")


def _seed_value(at: Place, default: Any, fits: Fits, as_held: Any = None) -> None:  # noqa: ANN401
    if at.form is None:
        seed_input(at.key, default, fits=fits)
        return
    held = at.form.held(at.field)
    fitting = held if fits(held) else default
    take_from_form(at, as_held(fitting) if as_held is not None and fitting is not None else fitting)


def _drawn(
    at: Place, draw: Callable[[], object], options: Sequence[Any], naming: Naming, width: Width, *,
    several: bool = False, others: bool = True, alone: bool = False,
) -> Any:  # noqa: ANN401  # fmt: skip
    _plainly(at, draw, width, alone=alone)
    if at.form is None:

        def fits(value: Any) -> bool:  # noqa: ANN401 - whatever was kept
            return all(one in options for one in (value if several and isinstance(value, list) else [value]))

        draw_unfit(at, fits, naming=lambda one: naming(one) if one in options else str(one), others=others)
    return at.value


def _plainly(at: Place, draw: Callable[[], object], width: Width, *, alone: bool = False) -> None:
    """Draw the widget, with a note under it if it can be wrong; `alone` in its place if it is as wide as that."""
    if at.form is None and at.rule in (ANY, TRUTH, DAY):
        if alone and width == "stretch":
            draw()
            return
        with st.container(key=f"field_{at.key}", gap=None, width=width):
            draw()
        return
    with framed(at, width=width):
        draw()


def _day_format() -> str:
    """Return how the calendar's field writes days; Streamlit knows three ways."""
    language, _sign, country = current_locale().partition("_")
    if country == "US":
        return "MM/DD/YYYY"
    return "DD.MM.YYYY" if language == "de" else "YYYY-MM-DD"
