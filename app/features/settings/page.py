"""The settings page: sections, each setting with its origin; every change holds at once or says when it will."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import messages
from app.boundary import escaped, guarded
from app.features.settings import actions, texts
from app.features.settings.facts import draw_facts
from app.features.settings.state import plain_name, settings_form
from app.forms.state import FormState
from app.page import Action, Crumb, Page, Params
from app.refresh import NAV, STATUS, redraw, view_key
from app.router import here, navigate, router
from app.session import value
from app.theme.live import show_theme
from app.widgets import field_key, s_number, s_segments, s_select, s_text
from app.widgets.form import draw_steps, form_actions, form_steps
from app.widgets.parts import body, toolbar
from core.config import known_keys
from core.i18n import _
from core.rules import setting_rule

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk
    from app.features.settings.actions import Setting
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

    def actions(self, ctx: "AppContext", params: SettingsParams) -> Sequence[Action]:
        """Return undo and redo."""
        del params
        form = settings_form(ctx, drawing=False)
        return form_actions(VIEW, form, self.title, do=partial(_turn, ctx, form))

    def render(self, ctx: "AppContext", desk: "Desk", params: SettingsParams) -> None:
        """Draw one section."""
        del desk
        section = _known(params.section)
        settings = {one.key: one for one in actions.all_settings(ctx)}
        form = settings_form(ctx)
        turn = partial(_turn, ctx, form)
        with toolbar(VIEW, texts.section(section), steps=form_steps(VIEW, form, turn)):
            draw_steps(VIEW, form, turn)
        with body(VIEW):
            _draw_sections(ctx, section)
            _draw_waiting(ctx)
            with st.container(key="settings_fields", gap="medium"):
                for field in texts.FIELDS.get(section, ()):
                    _draw_field(ctx, form, field, settings[field.key])
                if section == texts.ADVANCED:
                    _draw_any(ctx, form, settings)
                draw_facts(ctx, section, list(settings.values()))


def _known(section: str) -> str:
    return section if section in texts.SECTIONS else texts.APPEARANCE


def _draw_sections(ctx: "AppContext", section: str) -> None:
    s_segments(
        ctx, VIEW, "section", label=texts.title(), options=list(texts.SECTIONS), hide_label=True, shows=section,
        naming=texts.section, on_change=lambda chosen: navigate(VIEW, section=chosen),
    )  # fmt: skip


def _draw_waiting(ctx: "AppContext") -> None:
    names = ctx.settings.waits_for_restart()
    if names:
        st.info(escaped(texts.waiting(", ".join(names))), icon=":material/restart_alt:")
    if ctx.report.problems:
        st.warning("\n\n".join(map(escaped, (texts.problems(), *ctx.report.problems))))


# ---- one setting ------------------------------------------------------------------------------------------


def _draw_field(ctx: "AppContext", form: FormState, field: "Field", setting: "Setting") -> None:
    plain = plain_name(setting.key)

    def change(wanted: object) -> None:
        if wanted != setting.value:
            _change(ctx, form, _(field.name), setting.key, wanted)

    with st.container(key=field_key(VIEW, "field", plain), gap="xsmall"):
        if field.choices:
            s_segments(
                ctx, VIEW, "value", instance=plain, label=_(field.name),
                options=[name for name, _label in field.choices], naming=partial(texts.choice, field),
                shows=setting.value, disabled=setting.above is not None, on_change=change, help=_(field.hint),
            )  # fmt: skip
        else:
            s_number(
                ctx, VIEW, "value", instance=plain, label=_(field.name), rule=setting_rule(setting.key), width=240,
                shows=setting.value, disabled=setting.above is not None, on_change=change, help=_(field.hint),
            )  # fmt: skip
        _draw_origin(ctx, form, _(field.name), setting, plain)


def _draw_origin(ctx: "AppContext", form: FormState, name: str, setting: "Setting", plain: str) -> None:
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
                on_click=guarded(VIEW, _change), args=(ctx, form, name, setting.key, None),
            )  # fmt: skip


def _draw_any(ctx: "AppContext", form: FormState, settings: "dict[str, Setting]") -> None:
    """Draw the way to change any setting by its own name; the rule is that of the chosen one."""
    open_ones = [one.key for one in settings.values() if one.above is None]

    def change() -> None:
        typed = value(field_key(VIEW, "what", plain_name(chosen)), "")
        _change(ctx, form, chosen, chosen, setting_rule(chosen).value(typed))

    with st.container(horizontal=True, vertical_alignment="bottom", key="settings_any"):
        chosen: str = s_select(ctx, VIEW, "which", label=texts.any_setting(), options=open_ones, width=280)
        s_text(
            ctx, VIEW, "what", instance=plain_name(chosen), label=texts.new_value(), rule=setting_rule(chosen),
            width=200,
        )  # fmt: skip
        st.button(texts.apply(), key=field_key(VIEW, "apply"), on_click=guarded(VIEW, change))


# ---- changing ---------------------------------------------------------------------------------------------


def _change(ctx: "AppContext", form: FormState, name: str, key: str, wanted: object | None) -> None:
    actions.change(ctx, key, wanted)
    form.change_many({plain_name(key): wanted}, name)
    messages.say(texts.changed(name), undo=partial(_take_back, ctx, form, form.standing.last))
    _draw_again(ctx, [key])


def _take_back(ctx: "AppContext", form: FormState, version: int) -> None:
    """Undo a change from its message, unless something else was changed since."""
    if form.standing.last == version:
        _turn(ctx, form, form.undo)


def _turn(ctx: "AppContext", form: FormState, act: Callable[[], object]) -> None:
    """Do something to the form, and write what that changed to the settings file."""
    before = form.data
    act()
    keys = [key for key in known_keys() if before.get(plain_name(key)) != form.data.get(plain_name(key))]
    for key in keys:
        actions.change(ctx, key, form.value(plain_name(key)))
    _draw_again(ctx, keys)


def _draw_again(ctx: "AppContext", keys: Sequence[str]) -> None:
    """Draw what shows the settings: this page and the status bar, or everything."""
    if not EVERYWHERE & set(keys):
        router().views.spoil(VIEW)
        redraw(view_key(VIEW), STATUS, NAV)
    if "theme" in keys:
        show_theme(ctx.config.theme)
    # A full run takes the place from the address, which only the browser has kept up to date.
    st.query_params.from_dict(here().query())
    st.rerun()
