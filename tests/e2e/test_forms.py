"""Forms in a real browser: steps by keyboard, what is wrong, saving, two windows at once, what a crash leaves."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.paths import ProfilePaths
from tests.e2e.conftest import Engine, Window, stopped
from tests.e2e.test_widgets import CASES, new_context, start, wait_saved

ASLEEP = """Object.defineProperty(performance, 'timeOrigin', {
  configurable: true, value: performance.timeOrigin - 8 * 3_600_000,
})"""
BODY = ".st-key-body_form"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Engine]:
    """An engine with the form, on a profile of its own."""
    process, engine = start(ProfilePaths(tmp_path / "profile"))
    with stopped(process):
        yield engine


@pytest.fixture
def form(browser: Browser, trial: Engine) -> Iterator[Page]:
    """A window on the form."""
    context = new_context(browser)
    window = Window(context.new_page(), trial)
    window.open("/?view=form")
    yield window.page
    context.close()


def holds(page: Page, *parts: str) -> None:
    """Wait until the page says that the form holds this."""
    for part in parts:
        expect(page.locator(BODY)).to_contain_text(part)


def name(page: Page) -> object:
    """The field of the name."""
    return page.get_by_label("Name", exact=True)


def commit(page: Page, label: str, text: str) -> None:
    """Type into a field and go on."""
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).press("Tab")


def step_button(page: Page, sign: str) -> object:
    """Undo or redo in the toolbar."""
    return page.locator(f".st-key-form__step_{sign} button").first


def test_steps_are_taken_back_and_made_again_by_keyboard_also_while_typing(form: Page) -> None:
    """One press takes back one act, not one key, and says which; in a field, too."""
    commit(form, "Name", "first")
    holds(form, "name='first'")
    form.get_by_label("Name", exact=True).fill("second")
    form.get_by_label("Name", exact=True).press("Control+z")
    holds(form, "name='first'")
    expect(form.get_by_label("Name", exact=True)).to_have_value("first")
    form.keyboard.press("Control+Shift+z")
    expect(form.get_by_label("Name", exact=True)).to_have_value("second")
    holds(form, "name='second'")
    form.locator(".st-key-form__step_undo").hover()
    expect(form.get_by_role("tooltip")).to_contain_text("Undo: Name")


def test_saving_by_keyboard_keeps_a_version_and_what_is_wrong_keeps_it_from_being_saved(form: Page) -> None:
    """Nothing wrong is ever saved; what was typed stays, and one list leads to each field."""
    form.get_by_label("Name", exact=True).fill("x")
    expect(form.locator(BODY)).to_contain_text("This needs at least 2 signs.")  # while typing
    commit(form, "Weight", "77.5e")
    form.keyboard.press("Control+s")
    holds(form, "2 fields to set right", "'77.5e' is no number.")
    form.get_by_role("button", name="Weight '77.5e' is no number.").click()
    expect(form.get_by_label("Weight", exact=True)).to_be_focused()

    form.get_by_label("Weight", exact=True).fill("7.5")
    commit(form, "Name", "right")
    holds(form, "name='right'", "weight=7.5")
    form.get_by_label("Name", exact=True).press("Control+s")
    expect(form.locator(BODY)).to_contain_text(re.compile("Saved \\d"))
    commit(form, "Notes", "more")
    holds(form, "dirty ·", "Changed, not saved")
    form.get_by_role("button", name="Reset").click()
    holds(form, "name='right'", "saved ·")


def test_a_rule_over_two_fields_and_a_slow_one_are_told_while_typing(form: Page) -> None:
    """What depends on another field, or must be looked up, is told under the field before it is left."""
    form.locator("[class*=st-key-form__heavy]").get_by_text("Heavy").first.click()
    holds(form, "heavy=True")
    form.get_by_label("Weight", exact=True).fill("9")
    holds(form, "What is heavy weighs at least 10.")
    form.get_by_label("Weight", exact=True).fill("10")
    expect(form.locator("[class*=st-key-field_form__weight]")).not_to_contain_text("What is heavy weighs")
    form.get_by_label("Name", exact=True).fill("taken")
    holds(form, "This name is taken.")
    form.get_by_label("Name", exact=True).press("Control+s")
    expect(form.locator(BODY)).to_contain_text("1 field to set right")


def test_a_field_that_depends_on_another_goes_back_with_it(form: Page) -> None:
    """Choosing another colour empties the colours chosen for it, as one step."""
    form.locator("[class*=st-key-form__many] input").first.click()
    form.get_by_role("option", name="blue", exact=True).click()
    form.keyboard.press("Escape")
    holds(form, "many=['blue']")
    form.locator("[class*=st-key-form__colour] input").first.click()
    form.get_by_role("option", name="green", exact=True).click()
    holds(form, "colour='green'", "many=None")
    step_button(form, "undo").click()  # type: ignore[attr-defined]
    holds(form, "colour='red'", "many=['blue']")


def test_any_step_can_be_gone_to_from_the_list(form: Page) -> None:
    """Also one on a branch that was left."""
    commit(form, "Name", "first")
    holds(form, "name='first'")
    commit(form, "Notes", "left behind")
    holds(form, "notes='left behind'")
    step_button(form, "undo").click()  # type: ignore[attr-defined]
    holds(form, "notes=None")
    commit(form, "Weight", "5")
    holds(form, "weight=5.0")
    form.get_by_role("button", name="Steps").click()
    steps = form.locator("[class*=st-key-form__step_list]")
    expect(steps).to_contain_text("As it began")
    expect(steps).to_contain_text("Notes: nothing → left behind")
    steps.get_by_role("button", name=re.compile("^Notes")).click()
    holds(form, "notes='left behind'", "weight=None")


def test_two_windows_lose_nothing_and_both_values_are_seen(browser: Browser, trial: Engine) -> None:
    """Different fields are merged by themselves; the same field is asked, with both values; either can hold."""
    contexts = [new_context(browser), new_context(browser)]
    one, two = (Window(context.new_page(), trial) for context in contexts)
    for window in (one, two):
        window.open("/?view=form")
    commit(one.page, "Name", "from one")
    holds(one.page, "name='from one'")
    commit(two.page, "Notes", "from two")
    holds(two.page, "name='from one'", "notes='from two'")

    two.page.get_by_label("Name", exact=True).press("End")
    two.page.get_by_label("Name", exact=True).press_sequentially(" and two")  # not left yet
    commit(one.page, "Name", "one again")
    holds(one.page, "name='one again'")
    two.page.get_by_role("textbox", name="Name", exact=True).press("Tab")
    merge = two.page.locator("[class*=st-key-form__merge]").first
    expect(merge).to_contain_text("Mine: from one and two")
    expect(merge).to_contain_text("Theirs: one again")
    expect(merge).to_contain_text("Before: from one")
    two.page.get_by_role("button", name="All mine").click()
    holds(two.page, "name='from one and two'", "notes='from two'")
    one.page.reload()
    one.ready()
    holds(one.page, "name='from one and two'", "notes='from two'")
    for context in contexts:
        context.close()


def test_a_crash_leaves_a_half_typed_field_and_every_step(browser: Browser, tmp_path: Path) -> None:
    """After a crash the form is as it was, with the text nobody had left yet and every step."""
    paths = ProfilePaths(tmp_path / "profile")
    process, engine = start(paths)
    with stopped(process):
        context = new_context(browser)
        window = Window(context.new_page(), engine)
        window.open("/?view=form")
        commit(window.page, "Name", "before")
        holds(window.page, "name='before'")
        window.page.get_by_label("Notes", exact=True).press_sequentially("half a sen")
        wait_saved(window.page)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    again, engine = start(paths)
    with stopped(again):
        window = Window(context.new_page(), engine)
        window.open("/?view=form")
        holds(window.page, "name='before'", "notes='half a sen'")
        step_button(window.page, "undo").click()  # type: ignore[attr-defined]
        holds(window.page, "notes=None")
        step_button(window.page, "undo").click()  # type: ignore[attr-defined]
        expect(window.page.get_by_label("Name", exact=True)).to_have_value("")
        context.close()


def test_what_is_typed_after_a_night_asleep_is_newer_than_what_the_engine_set(form: Page) -> None:
    """While a computer sleeps its pages' clocks stand still; a key after an undone step is newer all the same."""
    form.add_init_script(ASLEEP)
    form.reload()
    commit(form, "Name", "before")
    holds(form, "name='before'")
    step_button(form, "undo").click()  # type: ignore[attr-defined]
    expect(form.get_by_label("Name", exact=True)).to_have_value("")
    form.get_by_label("Name", exact=True).press_sequentially("afterwards")
    wait_saved(form)
    form.reload()
    expect(form.get_by_label("Name", exact=True)).to_have_value("afterwards")


def test_a_choice_that_is_gone_is_offered(browser: Browser, trial: Engine) -> None:
    """What a person had chosen is not dropped because the list is shorter; it can be taken when it is back."""
    context = new_context(browser)
    window = Window(context.new_page(), trial)
    window.open("/?view=alone")
    window.page.locator(".st-key-alone__select input").first.click()
    window.page.get_by_role("option", name="green", exact=True).click()
    expect(window.page.locator(".st-key-body_alone")).to_contain_text("select='green'")
    wait_saved(window.page)

    (trial.paths.root / "fewer").touch()
    window.page.reload()
    window.ready()
    expect(window.page.locator(".st-key-body_alone")).to_contain_text("select='red'")
    expect(window.page.locator(".st-key-body_alone")).to_contain_text("'green' was here")
    (trial.paths.root / "fewer").unlink()
    window.page.reload()
    window.ready()
    window.page.get_by_role("button", name="Take it").click()
    expect(window.page.locator(".st-key-body_alone")).to_contain_text("select='green'")
    expect(window.page.locator(".st-key-body_alone")).not_to_contain_text("was here")
    context.close()


CHOSEN = ("multiselect", "radio", "checkbox", "slider", "date", "file")
"""Widgets in which a person chooses, each with a value of its own in both windows."""


def test_what_another_window_chose_is_one_click_away(browser: Browser, trial: Engine, tmp_path: Path) -> None:
    """Under each widget the other window's choice is offered; it is taken, or the own one stays for good."""
    contexts = [new_context(browser), new_context(browser)]
    one, two = (Window(context.new_page(), trial) for context in contexts)
    for window in (one, two):
        window.open("/?view=alone")
    body = two.page.locator(".st-key-body_alone")
    file = tmp_path / "letter.txt"
    file.write_text("Dear all", encoding="utf-8")
    own = tmp_path / "own.txt"
    own.write_text("Dear me", encoding="utf-8")
    for kind in CHOSEN:
        CASES[kind].put(two.page, own)
    two.page.locator(".st-key-alone__multiselect").get_by_role(
        "button", name=re.compile("remove", re.I)
    ).first.click()
    expect(body).to_contain_text("multiselect=[]")
    two.page.locator(".st-key-alone__radio").get_by_text("green", exact=True).click()
    two.page.locator(".st-key-alone__checkbox").get_by_text("Tick").click()
    two.page.locator(".st-key-alone__slider").get_by_role("slider").press("ArrowRight")
    two.page.get_by_role("button", name="Remove").last.click()
    expect(body).to_contain_text("file=None")
    for kind in CHOSEN:
        CASES[kind].put(one.page, file)
        expect(one.page.locator(".st-key-body_alone")).to_contain_text(CASES[kind].held)
    wait_saved(one.page)

    two.page.reload()
    two.ready()
    for kind in set(CHOSEN) - {"date"}:
        expect(two.page.locator(f"[class*=st-key-offer_0_alone__{kind}]")).to_be_visible()
    expect(two.page.locator("[class*=st-key-offer_0_alone__checkbox]")).to_contain_text("'yes'")
    stay = two.page.locator("[class*=st-key-offer_0_alone__radio]")
    stay.get_by_role("button", name="Keep mine").click()
    expect(stay).to_have_count(0)
    for kind in set(CHOSEN) - {"date", "radio"}:
        offer = two.page.locator(f"[class*=st-key-offer_0_alone__{kind}]")
        offer.get_by_role("button", name="Take it").click()
        expect(offer).to_have_count(0)
        expect(body).to_contain_text(CASES[kind].held)
    wait_saved(two.page)
    two.page.reload()
    two.ready()
    expect(body).to_contain_text("radio='green'")
    expect(two.page.locator("[class*=st-key-offer_]")).to_have_count(0)
    for context in contexts:
        context.close()
