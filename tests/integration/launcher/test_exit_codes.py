"""Exit codes and streams of the command line: 0, 1, 2, 3, 130; results on stdout, all else on stderr."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.paths import ProfilePaths
from tests.contracts.shapes import SHAPES, misfits
from tests.integration.launcher.conftest import Cli
from tests.integration.launcher.engine import ROOT, bestand, clean_environment, command
from tests.waiting import wait_until

CLEAN = "a,b\n1,x\n2,y\n"

FINE, FAILED, USAGE, UNCERTAIN, INTERRUPTED = 0, 1, 2, 3, 130


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A file without faults."""
    file = tmp_path / "clean.csv"
    file.write_text(CLEAN, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["config", "show"], FINE),
        (["data", "list"], FINE),
        (["query", "select 1"], FINE),
        (["data", "show", "nowhere"], FAILED),
        (["data", "delete", "nowhere"], FAILED),
        (["data", "restore", "nowhere"], FAILED),
        (["data", "export", "nowhere", "--out", "x.csv"], FAILED),
        (["data", "import", "nowhere.csv"], FAILED),
        (["jobs", "show", "nowhere"], FAILED),
        (["jobs", "cancel", "nowhere"], FAILED),
        (["jobs", "retry", "nowhere"], FAILED),
        (["app", "url"], FAILED),
        (["query", "select * from nowhere"], FAILED),
        (["query", "selct 1"], FAILED),
        (["query", "drop table x"], FAILED),
        (["query", "select * from read_csv('/etc/passwd')"], FAILED),
        (["query", "select $x"], FAILED),
        (["query", "--file", "nowhere.sql"], FAILED),
        ([], USAGE),
        (["data"], USAGE),
        (["query"], USAGE),
        (["nonsense"], USAGE),
        (["data", "nonsense"], USAGE),
        (["data", "list", "--nonsense"], USAGE),
        (["data", "import"], USAGE),
        (["data", "read", "x.csv"], USAGE),
        (["data", "import", "a.csv", "b.csv", "--name", "x"], USAGE),
        (["data", "export", "x", "--out", "x.docx"], USAGE),
        (["query", "select 1", "--format", "docx"], USAGE),
        (["query", "select 1", "--format", "xlsx"], USAGE),
        (["query", "select 1", "--out", "x"], USAGE),
        (["query", "select 1", "--limit", "-1"], USAGE),
        (["query", "select 1", "--limit", "x"], USAGE),
        (["query", "select 1", "--param", "x"], USAGE),
        (["query", "select 1", "--file", "x.sql"], USAGE),
        (["query", "  "], USAGE),
        (["jobs", "status", "--state", "nonsense"], USAGE),
        (["app", "run", "--port", "0"], USAGE),
        (["app", "run", "--port", "70000"], USAGE),
    ],
)
def test_exit_code(cli: Cli, arguments: list[str], code: int) -> None:
    """Each request ends with its code; what failed says one sentence and a hint, and nothing on stdout."""
    ran = cli(*arguments)

    assert ran.code == code, ran.err
    if code != FINE:
        assert ran.out == ""
        assert 1 <= len(ran.err.splitlines()) <= 40
        assert "Traceback" not in ran.err
    if code == FAILED:
        assert len(ran.err.splitlines()) == 2


def test_some_inputs_failed(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """One bad file among good ones: the good ones are in, the code is 1."""
    ran = cli("data", "import", tmp_path / "none.csv", clean)

    assert ran.code == FAILED
    assert "clean" in ran.out
    assert "none.csv" in ran.err
    assert cli("data", "list", "--json").line["name"] == "clean"


def test_replace_makes_the_next_version(cli: Cli, clean: Path) -> None:
    """Without --replace a name in use gets an ending; with it the dataset gets a version."""
    names = [
        (line["dataset"], line["version"])
        for extra in ([], [], ["--replace"])
        for line in cli("data", "import", clean, *extra, "--json").lines
    ]

    assert names == [("clean", 1), ("clean~2", 1), ("clean", 2)]


def test_the_next_version_tells_what_is_different(cli: Cli, clean: Path) -> None:
    """Another file with other columns, in words and for scripts; the same file again tells nothing."""
    cli("data", "import", clean)
    assert "drift" not in cli("data", "import", clean, "--replace", "--json").line

    header, *rows = clean.read_text(encoding="utf-8").splitlines()
    other = clean.with_name("other.csv")
    other.write_text("\n".join([header.replace("b", "other"), *rows]) + "\n", encoding="utf-8")
    again = cli("data", "import", other, "--name", "clean", "--replace", "--json")
    assert [one["kind"] for one in again.line["drift"]] == ["missing_column", "new_column"]
    assert "The column 'b' is new." in cli("data", "import", clean, "--replace").out


def test_a_job_is_told_in_words(cli: Cli, clean: Path) -> None:
    """What it made, or why it failed, without the braces of a programming language; a script gets all of it."""
    cli("data", "import", clean)
    cli("data", "import", clean.with_name("none.csv"))
    failed, done = (one["id"] for one in cli("jobs", "status", "--json").lines)
    assert "result, dataset  clean" in cli("jobs", "show", done).out
    assert "'none.csv' does not exist." in cli("jobs", "show", failed).out
    assert "{" not in cli("jobs", "show", done).out + cli("jobs", "show", failed).out
    assert cli("jobs", "show", failed, "--json").line["error"]["code"] == "file_missing"


def test_an_uncertain_reading_is_not_imported(cli: Cli, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is imported, the candidates are printed, the code is 3; --auto takes the best one."""
    monkeypatch.setenv("BESTAND_IMPORTS__MIN_CONFIDENCE", "1.0")
    uncertain = clean.with_name("uncertain.csv")
    uncertain.write_text("a;b,c\n1;2,3\n4;5,6\n", encoding="utf-8")
    ran = cli("data", "import", uncertain, "--json")

    assert ran.code == UNCERTAIN, ran.out
    assert ran.line["error"]["code"] == "uncertain_reading"
    assert ran.line["candidates"]
    assert cli("data", "list", "--json").lines == []
    assert cli("data", "import", uncertain, "--auto").code == FINE


def test_a_set_asks_about_each_uncertain_file(cli: Cli, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code 3, nothing imported; each file in question has its candidates, and only such; --auto takes them all."""
    monkeypatch.setenv("BESTAND_IMPORTS__MIN_CONFIDENCE", "0.9")
    folder = clean.parent / "set"
    folder.mkdir()
    (folder / "a.csv").write_bytes(clean.read_bytes())
    for name in ("b.csv", "c.csv"):
        (folder / name).write_text("a;b,c\n1;2,3\n4;5,6\n", encoding="utf-8")

    ran = cli("data", "import", "--together", folder, "--json")

    assert ran.code == UNCERTAIN, ran.out
    assert [Path(one["file"]).name for one in ran.line["uncertain"]] == ["b.csv", "c.csv"]
    assert all(one["candidates"][0]["reading"]["confidence"] < 0.9 for one in ran.line["uncertain"])
    assert ran.line["error"]["files"] == [one["file"] for one in ran.line["uncertain"]]
    assert misfits(ran.line, SHAPES["data import, uncertain set"]) == []
    told = cli("data", "import", "--together", folder)
    assert told.code == UNCERTAIN
    assert "b.csv:\n  1. UTF-8 · semicolon" in told.err
    assert cli("data", "list", "--json").lines == []
    assert cli("data", "import", "--together", folder, "--auto").code == FINE


def test_a_set_with_a_file_that_is_not_there_is_told(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """Its name, and that the others can do without it; it is no fault of the program."""
    ran = cli("data", "import", "--together", clean, tmp_path / "nowhere.csv", "--json")

    assert ran.code == FAILED
    assert ran.line["error"]["code"] == "file_missing"
    assert "nowhere.csv" in ran.line["error"]["message"]
    assert ran.line["error"]["hint"].startswith("Without it, the others can become one table.")


def test_protected_files_of_a_set_are_opened(cli: Cli, tmp_path: Path) -> None:
    """With the password of all of them, in one command; a wrong one is told, and nothing is imported."""
    folder, word = tmp_path / "set", tmp_path / "word"
    folder.mkdir()
    (folder / "a.csv").write_text("ort,betrag\nGraz,1\n", encoding="utf-8")
    made = ROOT / "tests" / "integration" / "readings" / "protected"
    for name in ("7zip_aes256.zip", "7zip_zipcrypto.zip"):
        (folder / name).write_bytes((made / name).read_bytes())

    word.write_text("wrong\n", encoding="utf-8")
    ran = cli("data", "import", "--together", folder, "--password-file", word, "--json")
    assert (ran.code, ran.line["error"]["code"]) == (FAILED, "protected_file")
    word.write_text("geheim 1\n", encoding="utf-8")
    ran = cli("data", "import", "--together", folder, "--password-file", word, "--json")

    assert ran.code == FINE, ran.out
    assert (ran.line["rows"], len(ran.line["files"])) == (81, 3)


def test_candidates_are_printed_and_nothing_is_imported(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """One line per file that holds its readings, best first, and why; the folder for clean files is not needed."""
    rival = clean.with_name("rival.csv")
    rival.write_text("name;amount\nA,B;1\nC,D;2\nE,F;3\n", encoding="utf-8")
    ran = cli("data", "import", "--candidates", rival, clean, tmp_path / "none.csv", "--json")

    assert ran.code == FAILED
    assert [line["ok"] for line in ran.lines] == [True, True, False]
    first, second = ran.lines[0]["candidates"][:2]
    assert (first["reading"]["delimiter"], first["differs"]) == (";", 0)
    assert first["score"]["total"] == first["reading"]["confidence"] > second["reading"]["confidence"]
    assert first["reasons"]
    assert second["differs"] > 0
    records = clean.with_name("records.json")
    records.write_text('[{"zip": "00123"}, {"zip": "4"}]', encoding="utf-8")
    offered = cli("data", "import", "--candidates", records, "--json").line["candidates"][0]["guesses"][0]
    assert (offered["stored"], offered["offered"], offered["counterexamples"]) == (
        "VARCHAR",
        "BIGINT",
        [[1, "00123"]],
    )
    assert "could be BIGINT" in cli("data", "import", "--candidates", records).out
    told = cli("data", "read", "--candidates", rival)
    assert told.code == FINE
    assert "semicolon" in told.out
    assert cli("data", "read", rival).code == USAGE
    assert cli("data", "list", "--json").lines == []


def test_a_bug_is_one_sentence_with_its_trace(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person reads no stack; whoever wants it finds it by the command that is named."""

    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("a bug for the test")

    monkeypatch.setattr("app.features.datasets.actions.list_datasets", broken)
    ran = cli("data", "list")

    assert ran.code == FAILED
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert "ZeroDivisionError" not in ran.err
    trace = ran.err.partition("--trace ")[2].partition("`")[0]
    monkeypatch.undo()
    assert "a bug for the test" in cli("logs", "show", "--trace", trace).out


def test_naughty_names_do_no_harm(cli: Cli, tmp_path: Path) -> None:
    """Names with terminal commands, line breaks or broken bytes are shown safely, and are exact in JSON."""
    if os.name == "nt":
        pytest.skip("Windows refuses such names")
    names = [b"\x1b[2Jred.csv", b"two\nlines.csv", b"no\xffutf8.csv", "日本 – Köln.csv".encode(), b"-rf.csv"]
    files = [os.fsdecode(bytes(tmp_path) + b"/" + name) for name in names]
    for file in files:
        Path(file).write_text(CLEAN, encoding="utf-8")
    ran = cli("data", "import", *files)
    told = cli("data", "list")

    assert ran.code == FINE, ran.err
    assert "\x1b" not in ran.out + ran.err + told.out
    assert len(told.out.splitlines()) == 2 + len(names)
    assert [line["file"] for line in cli("data", "import", *files, "--json").lines] == files


def test_stdout_closed_early_is_no_error(profile: ProfilePaths) -> None:
    """`bestand query … | head -1` says nothing on stderr."""
    question = "select range as n from range(2000000)"
    with subprocess.Popen(
        command(profile.root, "query", question, "--format", "csv"),
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"n\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == FINE


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_question_stops(profile: ProfilePaths, how: signal.Signals) -> None:
    """Ctrl+C reaches the engine in the middle of its work; one sentence, code 130."""
    endless = "select count(*) from range(100000000000) a, range(1000) b"
    with subprocess.Popen(
        command(profile.root, "query", endless), cwd=ROOT, env=clean_environment(), stderr=subprocess.PIPE
    ) as process:
        try:
            wait_until(lambda: _is_computing(process.pid), timeout_s=60, what="the question's work")
            process.send_signal(how)
            told = process.communicate(timeout=30)[1].decode()
        finally:
            process.kill()
    assert process.returncode == INTERRUPTED
    assert "stopped" in told
    assert "Traceback" not in told


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupted_import_leaves_nothing(profile: ProfilePaths, tmp_path: Path) -> None:
    """Ctrl+C during an import: no dataset, nothing in tmp, the job is cancelled, code 130."""
    big = tmp_path / "big.csv"
    with big.open("w", encoding="utf-8") as file:
        file.write("id,name,amount\n")
        file.writelines(f"{i},name {i % 977},{i / 7:.3f}\n" for i in range(3_000_000))
    with subprocess.Popen(
        command(profile.root, "data", "import", str(big)),
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        wait_until(lambda: _has_running_job(profile), timeout_s=60, what="the import's work")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED
    assert out == b""
    assert bestand(profile.root, "data", "list", "--json").stdout == ""
    assert '"state": "cancelled"' in bestand(profile.root, "jobs", "status", "--json").stdout
    assert list(profile.tmp.iterdir()) == []


def test_a_question_comes_from_a_file_or_stdin(cli: Cli, tmp_path: Path) -> None:
    """A byte order mark, as some editors write it, does no harm."""
    file = tmp_path / "question.sql"
    file.write_text("select 41 + 1 as answer", encoding="utf-8-sig")

    assert cli("query", "--file", file, "--format", "csv").out == "answer\n42\n"
    piped = subprocess.run(
        [sys.executable, "-m", "launcher", "query", "-", "--format", "csv"],
        cwd=ROOT,
        input="select 42 as answer",
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert piped.stdout == "answer\n42\n"


def _has_running_job(profile: ProfilePaths) -> bool:
    """Look into the database itself, so that nothing of the project is in the way."""
    try:
        with closing(sqlite3.connect(f"file:{profile.state_db}?mode=ro", uri=True)) as database:
            return bool(database.execute("select 1 from job where state = 'running'").fetchone())
    except sqlite3.Error:
        return False  # not made yet


def _is_computing(pid: int) -> bool:
    """Tell whether a process has burnt more than what its start costs; by then the engine is at work."""
    import psutil

    threads = psutil.Process(pid).threads()
    return any(thread.id != pid and thread.user_time > 0.5 for thread in threads)


def test_an_answer_is_saved_under_a_name(cli: Cli) -> None:
    """The dataset is there for the next question; what makes no sense or has no answer ends as such."""
    sql = "select range as n from range(5) where range >= $least"
    saved = cli("query", sql, "--param", "least=2", "--save", "few")
    assert (saved.code, saved.out) == (FINE, "few\n")
    assert cli("query", "select sum(n) as s from few", "--format", "csv").out == "s\n9\n"

    assert cli("query", "select 1", "--save", "x", "--limit", "3").code == USAGE
    assert cli("query", "select * from nowhere", "--save", "x").code == FAILED


def test_an_answer_tells_its_question_and_a_file_its_reading(cli: Cli, clean: Path) -> None:
    """In the words of the Import page; what was asked of, and whether it has changed since."""
    cli("data", "import", clean)
    assert " · header in line 1" in cli("data", "show", "clean").out

    cli("query", "select count(*) as n from clean", "--save", "counted")
    told = cli("data", "show", "counted").out
    assert "select count(*) as n from clean" in told
    assert "clean, version 1" in told
    assert "header" not in told
    cli("data", "import", clean, "--replace")
    assert "clean, version 1 (out of date)" in cli("data", "show", "counted").out


def test_help_speaks_of_no_python(cli: Cli) -> None:
    """Kinds of values by their own names, and what each command does to the end of the sentence."""
    for asked in (["data"], ["data", "ledger"], ["data", "import"], ["app", "run"], ["jobs", "status"], []):
        told = cli(*asked, "--help").out
        assert not [word for word in ("str>", "int>", "list[", "range>", "Path>") if word in told]
        assert "..." not in told.replace("[ARGS]...", "").replace("{FILE}...", "").replace("[FILE]...", "")
