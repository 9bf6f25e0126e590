"""The network ledger belongs to the profile: what was ever asked for is there after every restart."""

import socket

import pytest

from app.context import init_app
from app.features.settings import actions
from app.status import status_items
from core.errors import NetworkRefusedError, ProfileError
from core.paths import ProfilePaths


def _status(paths: ProfilePaths) -> str:
    context = init_app(paths, purpose="a test")
    try:
        return next(str(one["text"]) for one in status_items(context, ["settings"]) if one["id"] == "connections")
    finally:
        context.close()


def test_connections_are_counted_over_every_start(profile: ProfilePaths) -> None:
    """One that was refused is in the ledger, one that was opened counts; both are there the next time."""
    assert _status(profile) == "0 connections ever"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        offline = init_app(profile, purpose="a test")
        with pytest.raises(NetworkRefusedError):
            offline.network.open("127.0.0.1", port, purpose="news")
        offline.close()
        online = init_app(profile, overrides={"mode": "online"}, purpose="a test")
        online.network.open("127.0.0.1", port, purpose="sync").close()
        ledger = actions.network_ledger(online)
        online.close()

    assert (ledger.asked, ledger.opened) == (2, 1)
    assert [(one.where, one.purpose, one.allowed) for one in ledger.newest] == [
        (f"127.0.0.1:{port}", "sync", True),
        (f"127.0.0.1:{port}", "news", False),
    ]
    assert _status(profile) == "1 connection ever"


def test_what_cannot_be_written_down_is_not_opened(profile: ProfilePaths) -> None:
    """A ledger on a full disk shuts the gate: nothing leaves unseen."""
    context = init_app(profile, overrides={"mode": "online"}, purpose="a test")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context.storage.database.close()
        with pytest.raises((ProfileError, RuntimeError)):
            context.network.open("127.0.0.1", listener.getsockname()[1], purpose="sync")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    context.close()


def test_a_copy_made_on_the_settings_page_is_whole(profile: ProfilePaths) -> None:
    """It is listed first with its reason, and the file is a database that passes its check."""
    from storage.snapshots import check_database

    context = init_app(profile, purpose="a test")
    try:
        before = len(actions.backups(context))
        made = actions.make_backup(context)
        found = actions.backups(context)
    finally:
        context.close()

    assert len(found) == before + 1
    assert found[0] == made
    assert made.reason == "asked for on the settings page"
    check_database(made.path(profile))
