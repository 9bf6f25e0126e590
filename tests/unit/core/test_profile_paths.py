"""The profile folder: one place for every path, and errors a person can act on."""

import errno
import os
import sys
from pathlib import Path

import pytest

from core.errors import BestandError, DiskFullError, ProfileError, ProfileReadOnlyError, StorageIOError
from core.paths import PROFILE_VARIABLE, ProfilePaths, resolve_profile, translate_os_error


def all_paths(paths: ProfilePaths) -> dict[str, Path]:
    """Every path the profile names, by its name."""
    names = [n for n in dir(ProfilePaths) if isinstance(getattr(ProfilePaths, n), property)]
    return {name: getattr(paths, name) for name in names} | {"dev": paths.environment_config_file("dev")}


def test_every_path_lies_below_the_profile_and_has_its_own_name(tmp_path: Path) -> None:
    """A profile can be copied as one folder, and no two things share a place."""
    named = all_paths(ProfilePaths(tmp_path))
    assert len(set(named.values())) == len(named) > 10
    assert all(path.is_relative_to(tmp_path) and path != tmp_path for path in named.values())


def test_nothing_is_built_on_another_disk(tmp_path: Path) -> None:
    """What is built in tmp/ is published by a rename, which needs the same file system."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.create()
    assert paths.tmp.stat().st_dev == paths.datasets.stat().st_dev == paths.sources.stat().st_dev


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_folders_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """Another user of the machine cannot look into a profile, whatever the umask."""
    old = os.umask(0)
    try:
        paths = ProfilePaths(tmp_path / "profile")
        paths.create()
    finally:
        os.umask(old)
    folders = [paths.root, *(p for p in paths.root.iterdir() if p.is_dir())]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_creating_twice_changes_nothing(tmp_path: Path) -> None:
    """The second start finds its profile as it left it."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.create()
    (paths.datasets / "kept").write_text("kept", encoding="utf-8")
    before = sorted(p.name for p in paths.root.rglob("*"))
    paths.create()
    assert sorted(p.name for p in paths.root.rglob("*")) == before


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    """The person learns which file is in the way."""
    (tmp_path / "cache").write_text("", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"cache' is a file") as caught:
        ProfilePaths(tmp_path).create()
    assert "Move that file" in caught.value.hint


def test_a_profile_below_a_file_is_refused(tmp_path: Path) -> None:
    """Even an impossible place gives a sentence, not a stack trace."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BestandError, match="file"):
        ProfilePaths(tmp_path / "file" / "profile").create()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EROFS, ProfileReadOnlyError),
        (errno.EACCES, ProfileReadOnlyError),
        (errno.EPERM, ProfileReadOnlyError),
        (errno.EIO, StorageIOError),
    ],
)
def test_a_refused_write_is_told_by_its_cause(tmp_path: Path, number: int, kind: type[ProfileError]) -> None:
    """Full, forbidden and broken need different remedies."""
    error = translate_os_error(OSError(number, os.strerror(number)), tmp_path)
    assert type(error) is kind
    assert str(tmp_path) in str(error)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of the system arrives as our own error (the super-user is never refused, so it is planted)."""

    def refuse(self: Path, *_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ProfileReadOnlyError, match="cannot be written"):
        ProfilePaths(tmp_path / "profile").create()


def test_the_option_wins_over_the_variable_and_that_over_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--profile DIR` over `BESTAND_PROFILE` over the platform's folder."""
    monkeypatch.setenv(PROFILE_VARIABLE, str(tmp_path / "variable"))
    assert resolve_profile(tmp_path / "option").root == tmp_path / "option"
    assert resolve_profile().root == tmp_path / "variable"
    monkeypatch.delenv(PROFILE_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "platform"))
    assert resolve_profile().root.name == "bestand"


def test_a_relative_profile_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change of folder does not move the profile; `~` is the home."""
    monkeypatch.chdir(tmp_path)
    assert resolve_profile(Path("p")).root == tmp_path / "p"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert resolve_profile(Path("~/p")).root == tmp_path / "p"
