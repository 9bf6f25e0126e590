"""Which kinds of jobs there are; the only way to their handlers."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.i18n import _
from jobs.specs import Args, Spec

if TYPE_CHECKING:
    from analysis.open import Analysis
    from storage.open import Storage


class Registry:
    """The specs by kind."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        self._specs = {spec.kind: spec for spec in specs}

    def get(self, kind: str) -> Spec | None:
        """Return the spec, or None for a kind this version does not know."""
        return self._specs.get(kind)

    def require(self, kind: str) -> Spec:
        """Return the spec.

        Raises:
            UsageError: there is no such kind.
        """
        spec = self._specs.get(kind)
        if spec is None:
            raise UsageError(
                _("There is no kind of job '{kind}'; there are {names}.").format(
                    kind=kind, names=", ".join(sorted(self._specs))
                )
            )
        return spec

    def label(self, kind: str, args: Args) -> str:
        """Return what a job does, in words; for an unknown kind its name."""
        spec = self._specs.get(kind)
        return spec.label(args) if spec else kind


def build_registry(storage: "Storage", analysis: "Callable[[], Analysis]") -> Registry:
    """Return all kinds of jobs, working on one open profile."""
    from jobs.handlers.cleanup import cleanup_spec
    from jobs.handlers.export import export_spec
    from jobs.handlers.import_file import import_spec
    from jobs.handlers.save_query import save_query_spec

    return Registry(
        [import_spec(analysis), export_spec(analysis), save_query_spec(analysis), cleanup_spec(storage)]
    )
