"""The write buffer against a model: whatever is posted, kept, forgotten, reopened, the file has what was told."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.journal import Entry
from storage.database.migrate import migrate
from storage.write_buffer import WriteBuffer

ME = "owner"
WINDOWS = st.sampled_from(["one", "two"])
KEYS = st.sampled_from(["v__a", "v__b", "v__c"])
SEQS = st.integers(1, 50)
VALUES = st.text(max_size=5) | st.integers() | st.lists(st.booleans(), max_size=2)


class WriteBufferMachine(RuleBasedStateMachine):
    """The model: per field the values of each window with their numbers, or nothing after it was forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="bestand-machine-"))
        self.newest: dict[tuple[str, str], tuple[int, Any]] = {}
        self.forgotten: set[str] = set()
        self.own: set[str] = set()

    @initialize()
    def open(self) -> None:
        """Begin with an empty profile."""
        self.paths = ProfilePaths(self.folder / "profile")
        self.paths.create()
        migrate(self.paths)
        self.database = Database(self.paths.state_db)
        self.buffer = WriteBuffer(self.database)

    @rule(window=WINDOWS, entries=st.lists(st.tuples(KEYS, SEQS, VALUES), max_size=4))
    def post(self, window: str, entries: list[tuple[str, int, Any]]) -> None:
        """A window posts; every entry is acknowledged, and only a higher number changes anything."""
        usable = [one for one in entries if one[0] not in self.own | self.forgotten]
        receipt = self.buffer.post(ME, window, [Entry(key, value, seq) for key, seq, value in usable]).result(30)
        assert [ack.key for ack in receipt.acks] == [key for key, _, _ in usable]
        for key, seq, value in sorted(usable, key=lambda one: one[1]):
            known = self.newest.get((window, key))
            if known is None or seq > known[0]:
                self.newest[window, key] = (seq, value)
        for touched in {ack.key for ack in receipt.acks}:
            head = max(ack.head for ack in receipt.acks if ack.key == touched)
            assert head == max(seq for (_, key), (seq, _) in self.newest.items() if key == touched)

    @rule(key=KEYS, value=VALUES)
    def keep(self, key: str, value: Any) -> None:  # noqa: ANN401 - any value
        """A value is made here; from then on it is the newest of its field."""
        self.buffer.keep(ME, "one", key, value)
        self.forgotten.discard(key)
        self.own.add(key)
        self.newest[ME, key] = (2**60, value)

    @rule(key=KEYS)
    def forget(self, key: str) -> None:
        """A field is done with."""
        self.buffer.forget(ME, [key])
        self.forgotten.add(key)
        self.own.discard(key)
        for known in [one for one in self.newest if one[1] == key]:
            del self.newest[known]

    @rule()
    def crash(self) -> None:
        """After everything was told, another process opens the file: it has all of it."""
        assert self.buffer.flush(30)
        self.buffer.close()
        self.database.close()
        self.database = Database(self.paths.state_db)
        self.buffer = WriteBuffer(self.database)

    @precondition(lambda self: hasattr(self, "buffer"))
    @invariant()
    def the_file_has_what_was_told(self) -> None:
        """Each field has one of the values with its highest number; a forgotten one has none."""
        assert self.buffer.flush(30)
        with self.database.read() as uow:
            shown = {key: kept.value for key, kept in uow.journal.values(ME).items()}
        for key in {key for _, key in self.newest}:
            numbers = [(seq, value) for (_, k), (seq, value) in self.newest.items() if k == key]
            highest = max(seq for seq, _ in numbers)
            assert shown[key] in [value for seq, value in numbers if seq == highest]
        assert self.forgotten.isdisjoint(shown)

    def teardown(self) -> None:
        """Take the profile away."""
        if hasattr(self, "buffer"):
            self.buffer.close()
            self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


TestWriteBuffer = WriteBufferMachine.TestCase
TestWriteBuffer.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
