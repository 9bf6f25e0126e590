"""What a person chooses on the Import page, driven without a browser: steps, back and forth, restart, Reset."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from analysis.choosing import Wish
from analysis.readings.corrections import digest_of
from app.catalogue import current
from app.context import AppContext, opened_app
from app.features.datasets.actions import start_import
from app.features.datasets.rules import ENCODING, LINE, WIDTHS, signs_differ
from app.features.datasets.state import ImportState, OpenFile
from app.forms.history import FormHistory
from app.runtime import set_context
from core.ids import new_id
from core.paths import ProfilePaths
from core.rules import Rule
from core.types import Correction, Manifest

ROWS = "".join(f"{i};Köln,Süd;{i},50\n" for i in range(40))
UNDO, REDO, RESET = "import__step_undo", "import__step_redo", "import__as_judged"


@pytest.fixture
def ctx(profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    """An open profile, where the page finds it; a judgement is waited for, not drawn while it is on its way."""
    monkeypatch.setattr("app.features.datasets.page.AT_ONCE_S", 60.0)
    with opened_app(profile) as opened:
        set_context(opened)
        yield opened
        set_context(None)


@pytest.fixture
def file(tmp_path: Path) -> OpenFile:
    """A file that is certain: semicolons, a header, decimal commas."""
    path = tmp_path / "sales.csv"
    path.write_text(f"id;town;amount\n{ROWS}", encoding="utf-8")
    return OpenFile(new_id(), path)


def _import() -> None:
    """The Import page in its own part, as the shell draws it."""
    from app.boundary import part
    from app.features.datasets.page import ImportPage
    from app.page import Params
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), ImportPage()
    install(lambda: Router(ctx, {"import": page})).arrive({"view": "import"})
    part(view_key("import"), lambda: page.render(ctx, None, Params()))  # type: ignore[arg-type]  # asks nothing of it


def opened(file: OpenFile) -> AppTest:
    """A window that has one file open and has judged it."""
    window = AppTest.from_function(_import, default_timeout=90)
    state = ImportState()
    state.open([file])
    window.session_state["kept__import"] = state
    window.run()
    assert not window.exception
    return window


def choose(window: AppTest, word: str, value: object) -> None:
    """Choose something for a word of the reading."""
    next(one for one in window.selectbox if (one.key or "").startswith(f"import__{word}__")).set_value(value).run()
    assert not window.exception


def workbook(folder: Path) -> Path:
    """A workbook of two sheets."""
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    costs = book.create_sheet("Costs")
    for row in (["town", "amount"], ["Köln", 3.5], ["Bonn", 4.5]):
        book["Sales"].append(row[:1])
        costs.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return path


def line_field(window: AppTest) -> Any:  # noqa: ANN401 - an element of the tree
    """The field for the line in which the table begins."""
    return next(one for one in window.text_input if (one.key or "").startswith("import__first_line__"))


def type_line(window: AppTest, typed: str) -> None:
    """Type the line in which the table begins."""
    line_field(window).set_value(typed).run()
    assert not window.exception


def press(window: AppTest, key: str) -> None:
    """Press a button."""
    window.button(key=key).click().run()
    assert not window.exception


def delimiter(file: OpenFile) -> str | None:
    """What the reading on the screen parts cells by."""
    assert file.candidate is not None
    return file.candidate.reading.delimiter


def keys(window: AppTest) -> set[str]:
    """The buttons there are."""
    return {one.key for one in window.button if one.key}


def test_each_act_is_a_step_that_is_taken_back_and_made_again(ctx: AppContext, file: OpenFile) -> None:
    """The delimiter, the header, which reading is looked at: one step each, named, and the page follows."""
    window = opened(file)
    assert delimiter(file) == ";"
    assert RESET not in keys(window)

    choose(window, "delimiter", ",")
    choose(window, "header_rows", 0)
    assert file.candidate is not None
    assert (delimiter(file), file.candidate.reading.header_rows) == (",", 0)
    steps = FormHistory(ctx.storage.database).lines(f"import:{file.id}")
    assert [one.label for one in steps][:2] == ["Header lines", "Delimiter"]

    press(window, UNDO)
    assert (delimiter(file), file.candidate.reading.header_rows) == (",", 1)
    press(window, UNDO)
    assert delimiter(file) == ";"
    assert file.certain(0.9)
    assert window.button(key=UNDO).disabled
    press(window, REDO)
    assert delimiter(file) == ","


@pytest.mark.usefixtures("ctx")
def test_what_was_chosen_is_there_after_a_restart(file: OpenFile) -> None:
    """Reading, name and steps: another engine finds them by the file's own name, and can take them back."""
    window = opened(file)
    choose(window, "delimiter", ",")
    window.text_input[0].set_value("turnover").run()

    again = OpenFile.from_json(file.to_json())
    window = opened(again)
    assert delimiter(again) == ","
    assert window.text_input[0].value == "turnover"

    press(window, UNDO)
    assert window.text_input[0].value == ""
    press(window, UNDO)
    assert delimiter(again) == ";"


@pytest.mark.usefixtures("ctx")
def test_reset_goes_back_to_what_the_judge_said(file: OpenFile) -> None:
    """In one step, whatever was chosen; the name is nothing the judge has a say in, and the step can be undone."""
    window = opened(file)
    choose(window, "delimiter", ",")
    choose(window, "quote", "'")
    window.text_input[0].set_value("turnover").run()
    press(window, RESET)
    assert delimiter(file) == ";"
    assert file.tried is None
    assert window.text_input[0].value == "turnover"
    assert RESET not in keys(window)

    press(window, UNDO)
    assert file.candidate is not None
    assert (delimiter(file), file.candidate.reading.quote) == (",", "'")


def test_what_cannot_be_is_refused_and_is_no_step(ctx: AppContext, file: OpenFile) -> None:
    """A line that is no number is blamed under its field and stays there to be set right; nothing else happens."""
    window = opened(file)
    type_line(window, "three")
    assert file.candidate is not None
    assert file.candidate.reading.first_line == 1
    assert line_field(window).value == "three"
    assert FormHistory(ctx.storage.database).lines(f"import:{file.id}") == []

    type_line(window, "3")
    assert file.candidate.reading.first_line == 3


@pytest.mark.usefixtures("ctx")
def test_a_reading_the_file_no_longer_takes_is_told(tmp_path: Path) -> None:
    """The workbook was replaced by a text meanwhile: the page says why, and shows what the judge says."""
    file = OpenFile(new_id(), workbook(tmp_path))
    window = opened(file)
    choose(window, "part", "Costs")
    file.column = "amount"
    window.run()
    press(window, "import__as__text")
    assert file.candidate is not None
    assert file.candidate.columns[1].type == "VARCHAR"
    press(window, UNDO)
    press(window, REDO)
    assert file.candidate.columns[1].type == "VARCHAR"

    again = OpenFile.from_json(file.to_json())
    file.path.write_text("a;b\n1;2\n3;4\n", encoding="utf-8")
    opened(again)
    assert again.judgement is not None
    assert again.misfit is not None
    assert again.candidate is again.judgement.best


@pytest.mark.parametrize(
    ("rule", "typed", "value"),
    [(ENCODING, "latin-1", True), (ENCODING, "klingon", False), (WIDTHS, "6, 12 9", True), (WIDTHS, "6, x", False),
     (WIDTHS, "0", False), (LINE, "7", True), (LINE, "0", False), (LINE, "1.5", False)],
)  # fmt: skip
def test_words_have_rules(rule: Rule[Any], typed: str, value: bool) -> None:
    """The same rule speaks while somebody types and when it is taken."""
    assert (rule.problem(typed) is None) is value


def test_one_sign_cannot_do_two_things() -> None:
    """Nobody could tell where a cell ends."""
    assert signs_differ({"delimiter": "'", "quote": "'"}).keys() == {"quote"}
    assert not signs_differ({"delimiter": ",", "quote": None})
    assert not signs_differ({})


@pytest.mark.usefixtures("ctx")
def test_a_sheet_is_a_step(tmp_path: Path) -> None:
    """The chosen sheet is judged; undone, the first one is judged again, with nothing of the other mixed in."""
    file = OpenFile(new_id(), workbook(tmp_path))
    window = opened(file)

    choose(window, "part", "Costs")
    assert file.candidate is not None
    assert file.candidate.reading.sheet == "Costs"
    assert window.button(key=UNDO).help == "Undo: Sheet"

    press(window, UNDO)
    assert file.candidate.reading.sheet == "Sales"


def tick(window: AppTest) -> Any:  # noqa: ANN401 - an element of the tree
    """The box that makes the file the next version; None where there is no dataset of its name."""
    return next((one for one in window.checkbox if (one.key or "").startswith("import__replace")), None)


def imported(ctx: AppContext, file: OpenFile) -> Manifest:
    """What a started import became."""
    assert file.job is not None
    status = ctx.jobs.manager.run_here(file.job)
    assert status.state == "done", status.error
    assert isinstance(status.result, dict)
    return current(ctx, str(status.result["dataset"]))


def next_month(file: OpenFile) -> OpenFile:
    """The file of the month after: a column has another name, another one is text now."""
    path = file.path.with_name("sales_february.csv")
    path.write_text("id;place;amount\n" + ROWS.replace(",50", ",50 approx."), encoding="utf-8")
    return OpenFile(new_id(), path)


def test_the_next_file_becomes_the_next_version_if_a_person_says_so(ctx: AppContext, file: OpenFile) -> None:
    """A name in use is asked about: by itself nothing is replaced; ticked, what is different is told before."""
    window = opened(file)
    assert tick(window) is None
    press(window, "import__start")
    assert imported(ctx, file).version == 1

    following = next_month(file)
    window = opened(following)
    assert tick(window) is None
    window.text_input[0].set_value("sales").run()
    assert tick(window).value is False
    tick(window).check().run()
    told = window.warning[0].value
    assert [name in told for name in ("town", "place", "amount")] == [True] * 3
    press(window, "import__start")

    manifest = imported(ctx, following)
    assert (manifest.name, manifest.version) == ("sales", 2)
    assert manifest.source.name == "sales_february.csv"


def test_a_name_in_use_is_never_replaced_by_itself(ctx: AppContext, file: OpenFile) -> None:
    """Without the tick the second one gets a number; a tick for one name is none for the name typed after it."""
    press(opened(file), "import__start")
    assert imported(ctx, file).name == "sales"

    again = OpenFile(new_id(), file.path)
    window = opened(again)
    assert tick(window).value is False
    press(window, "import__start")
    assert imported(ctx, again).name == "sales~2"

    third = OpenFile(new_id(), file.path)
    window = opened(third)
    tick(window).check().run()
    window.text_input[0].set_value("sales~2").run()
    assert tick(window).value is False


def test_the_next_version_keeps_what_was_set_right_by_hand(ctx: AppContext, file: OpenFile) -> None:
    """Found again by the bytes of its line, though the reading on the screen is a person's."""
    was = "2;Köln,Süd;2,50"
    correction = Correction(4, digest_of(was.encode()), "2;Bonn;2,50", was)
    job = start_import(ctx, file.path, wish=Wish(corrections=(correction,)))
    assert ctx.jobs.manager.run_here(job).state == "done"

    again = OpenFile(new_id(), file.path)
    window = opened(again)
    tick(window).check().run()
    press(window, "import__start")
    manifest = imported(ctx, again)
    assert manifest.version == 2
    assert [one.text for one in manifest.corrections] == ["2;Bonn;2,50"]
