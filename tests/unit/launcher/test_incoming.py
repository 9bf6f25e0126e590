"""What a person hands in by its place: files, and the tables of a folder."""

from pathlib import Path

from launcher.server import incoming
from launcher.server.incoming import files_of


def made(*files: Path) -> None:
    """Make empty files."""
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def test_of_a_folder_the_tables_are_taken(tmp_path: Path) -> None:
    """By name, deep ones too; no pictures, no hidden files, no lock file of an office program."""
    good = [tmp_path / "a.csv", tmp_path / "deep" / "er" / "b.XLSX", tmp_path / "z.ndjson"]
    made(*good, tmp_path / "x.png", tmp_path / ".hidden.csv", tmp_path / ".git" / "c.csv", tmp_path / "~$b.xlsx")
    assert list(files_of([tmp_path])) == good


def test_a_file_named_by_itself_is_tried_whatever_it_is_called(tmp_path: Path) -> None:
    """Once, and also one that does not exist: its import says so."""
    odd, missing = tmp_path / "odd.dat", tmp_path / "missing.csv"
    made(odd)
    assert list(files_of([odd, missing, odd])) == [odd, missing]


def test_links_do_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    """What was dropped is the folder, not what somebody linked into it."""
    outside = tmp_path / "outside.csv"
    made(outside, tmp_path / "in" / "a.csv")
    (tmp_path / "in" / "link.csv").symlink_to(outside)
    assert list(files_of([tmp_path / "in"])) == [tmp_path / "in" / "a.csv"]


def test_a_huge_folder_is_not_taken_whole(tmp_path: Path) -> None:
    """A person who drops their home folder did not mean every file in it."""
    made(*(tmp_path / f"{number}.csv" for number in range(incoming.MOST_OF_A_FOLDER + 5)))
    assert len(list(files_of([tmp_path]))) == incoming.MOST_OF_A_FOLDER
