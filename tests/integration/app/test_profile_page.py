"""The profile of a large dataset: a sample is looked at first, with its bounds, and all rows counted behind it."""

import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from analysis import profile as profiles
from analysis.profile import TableProfile
from app.context import AppContext, opened_app
from app.features.explore import actions
from app.runtime import set_context
from core.paths import ProfilePaths
from core.progress import Progress
from core.types import Compute
from tests.tables import add_dataset
from tests.waiting import wait_until


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile, where the page finds it."""
    with opened_app(profile) as opened:
        set_context(opened)
        yield opened
        set_context(None)


def _profile() -> None:
    """The Profile tab in its own part, as the page draws it."""
    from app import catalogue
    from app.boundary import part
    from app.features.explore.page import DataPage, state
    from app.features.explore.profile import draw_profile
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx = get_context()
    install(lambda: Router(ctx, {"data": DataPage()})).arrive({"view": "data"})
    part(view_key("data"), lambda: draw_profile(ctx, catalogue.current(ctx, "many"), state()))


def test_a_sample_is_looked_at_first(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look says how far off it may be; the counting can be stopped, and had after all."""
    monkeypatch.setattr(profiles, "SAMPLE_ROWS", 1_000)
    add_dataset(ctx.storage, "many", "select i as amount from range(5000) t(i)")
    making, may_count = actions.profile, threading.Event()

    def slow(
        ctx: AppContext, name: str, *, compute: Compute | None = None, progress: Progress | None = None
    ) -> TableProfile:
        while compute is None and progress is not None and not may_count.wait(0.05):
            progress.report(0.1)
        return making(ctx, name, compute=compute, progress=progress)

    monkeypatch.setattr(actions, "profile", slow)
    page = AppTest.from_function(_profile, default_timeout=60).run()

    def says(text: str) -> bool:
        page.run()
        return any(text in str(one.value).replace("\\", "") for one in page.caption)

    def can(key: str) -> bool:
        page.run()
        return any(one.key == key for one in page.button)

    wait_until(lambda: says("from 1,000 rows"), timeout_s=60, what="the first look")
    page.button(key="data__stop__profile_making").click().run()
    wait_until(lambda: can("data__exactly__profile_making"), timeout_s=60, what="the end of the counting")
    assert says("from 1,000 rows")
    may_count.set()
    page.button(key="data__exactly__profile_making").click().run()
    wait_until(lambda: says("Exact: every row was counted."), timeout_s=60, what="the exact profile")
    assert not page.exception
