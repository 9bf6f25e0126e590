"""Whether a graphics card can be had: of all that is looked for, one that may be used is enough."""

from pathlib import Path

import pytest

from launcher.window.qt import graphics_card


@pytest.mark.parametrize("node", ["dri/renderD128", "nvidia0", "dxg"])
def test_a_card_that_may_be_used_is_one(tmp_path: Path, node: str) -> None:
    """A render node, NVIDIA's own, and that of the Windows Subsystem for Linux."""
    (tmp_path / node).parent.mkdir(exist_ok=True)
    (tmp_path / node).touch()
    assert graphics_card(tmp_path)


@pytest.mark.parametrize("node", ["dri/card0", "dri/controlD64", "nvidiactl", "null"])
def test_what_only_shows_a_picture_is_none(tmp_path: Path, node: str) -> None:
    """A virtual machine's screen cannot draw by itself."""
    (tmp_path / node).parent.mkdir(exist_ok=True)
    (tmp_path / node).touch()
    assert not graphics_card(tmp_path)


def test_a_card_of_others_is_none(tmp_path: Path) -> None:
    """A node that is there and cannot be opened, as for a person outside its group; here it leads nowhere."""
    (tmp_path / "dri").mkdir()
    (tmp_path / "dri" / "renderD128").symlink_to(tmp_path / "nowhere")
    assert not graphics_card(tmp_path)
    assert not graphics_card(tmp_path / "no devices")
