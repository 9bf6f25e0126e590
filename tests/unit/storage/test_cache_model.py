"""Any history of two processes' questions, commits, restarts and accidents: no answer is ever stale."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.config import AppConfig
from core.paths import ProfilePaths
from storage.cache import Cache

TAGS = ("dataset:1", "dataset:2", "table:dataset")
SMALL = AppConfig.model_validate({"cache": {"memory_mib": 1, "disk_mib": 1}})

process = st.integers(0, 1)
some_tags = st.sets(st.sampled_from(TAGS), max_size=3)


class NeverStale(RuleBasedStateMachine):
    """The model is a counter per tag; an answer is what the counters were when it was computed."""

    @initialize()
    def begin(self) -> None:
        """Open the cache of a new profile in two processes."""
        self.folder = Path(tempfile.mkdtemp(prefix="cache-model-"))
        self.paths = ProfilePaths(self.folder)
        self.paths.create()
        self.now = 1_000_000.0
        self.truth = dict.fromkeys(TAGS, 0)
        self.computed_at: dict[str, float] = {}
        self.caches = [self._open(), self._open()]

    def _open(self) -> Cache:
        return Cache(SMALL, self.paths, clock=lambda: self.now)

    def _state(self, tags: set[str]) -> list[int | bytes]:
        # With some weight, so that the least recently used ones really go.
        return [*(self.truth[tag] for tag in sorted(tags)), b"." * 40_000]

    @rule(where=process, tags=some_tags)
    def ask(self, where: int, tags: set[str]) -> None:
        """Whoever asks gets the present state."""
        answer = self.caches[where].get_or_compute(str(sorted(tags)), lambda: self._state(tags), tags=tags)
        assert answer == self._state(tags)

    @rule(where=process, other=process, tags=some_tags.filter(bool), changed=st.sampled_from(TAGS))
    def ask_while_somebody_commits(self, where: int, other: int, tags: set[str], changed: str) -> None:
        """A computation that is overtaken by a commit may return the old state, but to its caller only."""
        before = self._state(tags)

        def overtaken() -> list[int | bytes]:
            state = self._state(tags)
            self.commit(other, {changed})
            return state

        answer = self.caches[where].get_or_compute(str(sorted(tags)), overtaken, tags=tags)
        assert answer == before

    @rule(where=process, tags=some_tags)
    def commit(self, where: int, tags: set[str]) -> None:
        """Change something and publish it, as the database does after each commit."""
        for tag in tags:
            self.truth[tag] += 1
        self.caches[where].invalidate(tags)

    @rule(where=process, ttl=st.sampled_from([5.0, 50.0]))
    def ask_for_a_time(self, where: int, ttl: float) -> None:
        """An answer with a time limit is at most that old."""
        key = f"ttl-{ttl}"
        born: float = self.caches[where].get_or_compute(key, lambda: self.now, ttl_s=ttl)
        assert self.now - ttl < born <= self.now

    @rule(seconds=st.floats(0.1, 60))
    def time_passes(self, seconds: float) -> None:
        """Turn the clock."""
        self.now += seconds

    @rule(where=process)
    def restart(self, where: int) -> None:
        """One process ends, another begins."""
        self.caches[where].close()
        self.caches[where] = self._open()

    @rule(what=st.sampled_from(["tags", "values", "locks", "."]))
    def delete(self, what: str) -> None:
        """Somebody deletes the cache folder or a part of it."""
        shutil.rmtree(self.paths.cache / what, ignore_errors=True)

    @rule()
    def spoil(self) -> None:
        """Somebody writes garbage over the database, while nobody has it open."""
        for cache in self.caches:
            cache.close()
        database = self.paths.cache / "values" / "cache.db"
        if database.exists():
            database.write_bytes(b"garbage" * 500)

    @rule(where=process)
    def clear(self, where: int) -> None:
        """Somebody clears the cache."""
        self.caches[where].clear()

    @invariant()
    def within_limits(self) -> None:
        """The memory limit holds at any moment."""
        for cache in getattr(self, "caches", []):
            assert cache._memory.size()[1] <= 1024 * 1024

    def teardown(self) -> None:
        """Remove the profile."""
        for cache in getattr(self, "caches", []):
            cache.close()
        shutil.rmtree(getattr(self, "folder", ""), ignore_errors=True)


NeverStale.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestNeverStale = NeverStale.TestCase
