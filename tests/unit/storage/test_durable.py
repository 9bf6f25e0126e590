"""Small file acts that everything durable is made of."""

from pathlib import Path

import pytest

from storage import durable
from storage.durable import discard, make_read_only, remove_file, remove_tree, write_whole


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_as_a_whole(tmp_path: Path) -> None:
    """The old content is there until the new one is, and no part is left."""
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.json"]


def test_a_held_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a scanner may hold a file for a moment, the rename waits for it; for ever it does not."""
    refusals = [PermissionError("held"), PermissionError("held")]
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(durable, "HELD_FOR_S", 10.0)
    write_whole(tmp_path / "a.json", b"new")
    assert (tmp_path / "a.json").read_bytes() == b"new"
    refusals.append(PermissionError("held"))
    monkeypatch.setattr(durable, "HELD_FOR_S", 0.0)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "b.json", b"new")


def test_a_refused_write_leaves_the_old_file(tmp_path: Path) -> None:
    """When the new one cannot take its place, nothing but the old one is there."""
    target = tmp_path / "folder"
    target.mkdir()
    (target / "in the way").touch()
    with pytest.raises(OSError, match="folder"):
        write_whole(target, b"new")
    assert names(tmp_path) == ["folder"]


def test_a_tree_goes_with_all_that_is_read_only(tmp_path: Path) -> None:
    """Folders and files without a right to write are removed too; links are not followed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").touch()
    tree = tmp_path / "tree"
    (tree / "below").mkdir(parents=True)
    (tree / "below" / "file").touch()
    (tree / "link").symlink_to(outside)
    make_read_only(tree / "below" / "file")
    (tree / "below").chmod(0o500)
    tree.chmod(0o500)
    remove_tree(tree)
    assert names(tmp_path) == ["outside"]
    assert (outside / "kept.txt").exists()


def test_a_link_to_a_folder_goes_alone(tmp_path: Path) -> None:
    """Removing a link removes the link."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    remove_tree(tmp_path / "link")
    assert names(tmp_path) == ["outside"]


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    """Neither a file nor a tree nor something to discard has to exist."""
    for remove in (remove_file, remove_tree, discard):
        remove(tmp_path / "nothing")
