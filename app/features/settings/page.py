"""The settings page: sections, each setting with its origin; every change holds at once or says when it will."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import messages
from app.boundary import escaped, guarded
from app.features.settings import actions, texts
from app.features.settings.facts import draw_facts
from app.features.settings.state import SettingsState
from app.page import Crumb, Page, Params
from app.refresh import NAV, STATUS, redraw, view_key
from app.router import here, navigate, router
from app.session import kept, put, value
from app.theme.live import show_theme
from app.widgets import field_key
from app.widgets.parts import body, toolbar
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk
    from app.features.settings.actions import Change, Setting
    from app.features.settings.texts import Field

VIEW: Final = "settings"
EVERYWHERE: Final = frozenset({"theme", "ui.language"})
"""Settings that change how everything is drawn."""


class SettingsParams(Params):
    """Which section is shown."""

    section: str = texts.APPEARANCE


class SettingsPage(Page):
    """The settings."""

    slug = VIEW
    icon = "settings"
    params = SettingsParams

    @property
    def title(self) -> str:
        """The page's name."""
        return texts.title()

    def crumbs(self, params: SettingsParams) -> Sequence[Crumb]:
        """Return the page and the section."""
        return (Crumb(self.title, VIEW), Crumb(texts.section(_known(params.section))))

    def render(self, ctx: "AppContext", desk: "Desk", params: SettingsParams) -> None:
        """Draw one section."""
        del desk
        section = _known(params.section)
        settings = {one.key: one for one in actions.all_settings(ctx)}
        with toolbar(VIEW, texts.section(section)):
            _draw_undo(ctx)
        with body(VIEW):
            _draw_sections(section)
            _draw_waiting(ctx)
            with st.container(key="settings_fields", gap="medium"):
                for field in texts.FIELDS.get(section, ()):
                    _draw_field(ctx, field, settings[field.key])
                if section == texts.ADVANCED:
                    _draw_any(ctx, settings)
                draw_facts(ctx, section, list(settings.values()))


def state() -> SettingsState:
    """Return what this window remembers of the settings."""
    return kept(VIEW, SettingsState)


def _known(section: str) -> str:
    return section if section in texts.SECTIONS else texts.APPEARANCE


def _draw_sections(section: str) -> None:
    key = field_key(VIEW, "section")
    put(key, section)

    def go_to() -> None:
        navigate(VIEW, section=value(key, section))

    st.segmented_control(
        texts.title(), list(texts.SECTIONS), key=key, label_visibility="collapsed", required=True,
        format_func=texts.section, on_change=guarded(VIEW, go_to),
    )  # fmt: skip


def _draw_waiting(ctx: "AppContext") -> None:
    names = ctx.settings.waits_for_restart()
    if names:
        st.info(escaped(texts.waiting(", ".join(names))), icon=":material/restart_alt:")
    if ctx.report.problems:
        st.warning("\n\n".join(map(escaped, (texts.problems(), *ctx.report.problems))))


def _draw_undo(ctx: "AppContext") -> None:
    made = state().made
    if made:
        st.button(
            texts.undo(), key=field_key(VIEW, "undo"), icon=":material/undo:", help=made[-1][0],
            on_click=guarded(VIEW, _undo), args=(ctx, made[-1]),
        )  # fmt: skip


# ---- one setting ------------------------------------------------------------------------------------------


def _draw_field(ctx: "AppContext", field: "Field", setting: "Setting") -> None:
    plain = setting.key.replace(".", "_")
    key = field_key(VIEW, "value", plain)
    put(key, setting.value if field.choices else _typed(setting.value))

    def change() -> None:
        chosen: Any = value(key, setting.value)
        wanted = chosen if field.choices else actions.parsed(str(chosen), setting.value)
        if wanted != setting.value:
            _change(ctx, _(field.name), setting.key, wanted)

    with st.container(key=field_key(VIEW, "field", plain), gap="xsmall"):
        if field.choices:
            st.segmented_control(
                _(field.name), [name for name, _label in field.choices], key=key, required=True,
                format_func=partial(texts.choice, field), disabled=setting.above is not None,
                on_change=guarded(VIEW, change), help=_(field.hint),
            )  # fmt: skip
        else:
            st.text_input(
                _(field.name), key=key, width=240, disabled=setting.above is not None,
                on_change=guarded(VIEW, change), help=_(field.hint),
            )  # fmt: skip
        _draw_origin(ctx, _(field.name), setting, plain)


def _draw_origin(ctx: "AppContext", name: str, setting: "Setting", plain: str) -> None:
    told = [texts.origin(setting.source, setting.origin)]
    if setting.after_restart:
        told.append(texts.after_restart())
    if setting.key == "engine.memory_limit_mib":
        told.append(texts.imports_later())
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(escaped(" · ".join(told)), width="content")
        if setting.source == "file":
            st.button(
                texts.back_to_default(), key=field_key(VIEW, "reset", plain), type="tertiary",
                on_click=guarded(VIEW, _change), args=(ctx, name, setting.key, None),
            )  # fmt: skip


def _draw_any(ctx: "AppContext", settings: "dict[str, Setting]") -> None:
    """Draw the way to change any setting by its own name."""
    which, what = field_key(VIEW, "which"), field_key(VIEW, "what")

    def change() -> None:
        setting = settings[str(value(which, ""))]
        _change(ctx, setting.key, setting.key, actions.parsed(str(value(what, "")), setting.value))

    with st.container(horizontal=True, vertical_alignment="bottom", key="settings_any"):
        st.selectbox(
            texts.any_setting(), [one.key for one in settings.values() if one.above is None], key=which, width=280,
            on_change="ignore",
        )  # fmt: skip
        st.text_input(texts.new_value(), key=what, width=200, on_change="ignore")
        st.button(texts.apply(), key=field_key(VIEW, "apply"), on_click=guarded(VIEW, change))


def _typed(present: object) -> str:
    return str(present).lower() if isinstance(present, bool) else str(present)


# ---- changing ---------------------------------------------------------------------------------------------


def _change(ctx: "AppContext", name: str, key: str, wanted: object | None) -> None:
    made = actions.change(ctx, key, wanted)
    state().made.append((name, made))
    messages.say(texts.changed(name), undo=partial(_undo, ctx, (name, made)))
    _draw_again(ctx, key)


def _undo(ctx: "AppContext", step: "tuple[str, Change]") -> None:
    actions.take_back(ctx, step[1])
    if step in state().made:
        state().made.remove(step)
    _draw_again(ctx, step[1].key)


def _draw_again(ctx: "AppContext", key: str) -> None:
    """Draw what shows the setting: this page and the status bar, or everything."""
    if key not in EVERYWHERE:
        router().views.spoil(VIEW)
        redraw(view_key(VIEW), STATUS, NAV)
    if key == "theme":
        show_theme(ctx.config.theme)
    # A full run takes the place from the address, which only the browser has kept up to date.
    st.query_params.from_dict(here().query())
    st.rerun()
