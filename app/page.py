"""What a page is: the base of every view of the workbench.

A page says what it is called, which parameters its address has, what it draws in the middle and on the right, and
what can be done in it. It keeps nothing itself: what a window remembers of it lies in `app.session.kept`. The
shell draws pages, the router leads to them; pages know neither.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

RESERVED: frozenset[str] = frozenset({"view", "event", "replace", "to"})
"""Names a parameter cannot have: `navigate` and the address use them."""


class Params(BaseModel):
    """The parameters of a page, as they stand in its address: frozen, typed, each with a default.

    A page with parameters has a subclass of it. An address with a parameter that is unknown or cannot be
    understood leads home with a notice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Refuse names the address needs itself."""
        taken = RESERVED & set(cls.model_fields)
        if taken:
            raise TypeError(f"{cls.__name__} cannot have parameters named {', '.join(sorted(taken))}")

    def query(self) -> dict[str, str]:
        """Return what the address says of them: those that are not as by default, as text."""
        return {name: str(value) for name, value in self.model_dump(mode="json", exclude_defaults=True).items()}


@dataclass(frozen=True, slots=True)
class Event:
    """Something a page is told: by another page that leads here, or by the engine when stored things changed.

    `name` is what happened ("sample", "changed", …), `facts` what belongs to it; of "changed" it is `tags`, the
    tags of what was committed.
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do here: shown in the palette, and by its keys everywhere on the page.

    `id` is unique in the application ("sql.run"); `label` is translated; `keys` such as "mod+enter", or a
    sequence such as "g s"; `run` is a callback like any other: it may `navigate` or `redraw`. A key of one sign
    does nothing while a person types. `group` is the heading in the list of shortcuts.
    """

    id: str
    label: str
    run: Callable[[], object]
    keys: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to where a person is; without a page it is where they are."""

    title: str
    page: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


class Page(ABC):
    """One view of the workbench; made once for the process, so it holds no state."""

    slug: ClassVar[str]
    """The page's name in keys and in the address."""
    icon: ClassVar[str]
    """The sign before the title: a name of Material Symbols such as `table`."""
    params: ClassVar[type[Params]] = Params
    """The type of its parameters."""
    permission: ClassVar[str | None] = None
    """What a person must be allowed to see it; None is everybody."""
    watches: ClassVar[Collection[str]] = ()
    """Tags of stored things whose change makes what it shows old: "table:dataset", "table:job", …"""
    listed: ClassVar[bool] = True
    """Whether it stands in the navigation."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The page's name in the navigation, translated."""

    @abstractmethod
    def render(self, ctx: "AppContext", desk: "Desk", params: Any) -> None:  # noqa: ANN401 - each page its own
        """Draw the middle, within the view's own fragment. `params` is of the type `self.params`."""

    def inspector(self, ctx: "AppContext", desk: "Desk", params: Any) -> None:  # noqa: ANN401
        """Draw the right-hand pane, within a fragment of its own; a page that does not override it has none."""
        del ctx, desk, params

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        """Hear what happened, before the page is drawn; return whether it must be drawn again for it.

        By default that is so whenever something changed that it watches.
        """
        del ctx
        return event.name == "changed"

    def actions(self, ctx: "AppContext", params: Any) -> Sequence[Action]:  # noqa: ANN401
        """Return what can be done here, for the palette and the keys."""
        del ctx, params
        return ()

    def crumbs(self, params: Any) -> Sequence[Crumb]:  # noqa: ANN401
        """Return the way here, outermost first."""
        del params
        return (Crumb(self.title),)

    def status(self, ctx: "AppContext", params: Any) -> Sequence[str]:  # noqa: ANN401
        """Return what the status bar says of what is shown here, such as its number of rows."""
        del ctx, params
        return ()

    def badge(self, ctx: "AppContext") -> int:
        """Return how many things of it want attention; shown in the navigation."""
        del ctx
        return 0

    @property
    def has_inspector(self) -> bool:
        """Whether it draws a right-hand pane."""
        return type(self).inspector is not Page.inspector
