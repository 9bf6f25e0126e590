"""The names of cached answers, built in one place so that two questions never share one.

Used by `analysis`. A key says what was asked, never what was answered; version numbers of datasets are part of
it, so that an answer about an immutable version needs no tag.
"""

from core.fingerprint import fingerprint
from core.types import Compute, Json


class CacheKeys:
    """Builds keys. Everything an answer depends on must be an argument."""

    @staticmethod
    def judgement(source_digest: str, name: str) -> str:
        """Return the key of how a file's bytes may be read; `name` gives a hint by its ending."""
        return _key("judgement", source_digest, name)

    @staticmethod
    def profile(dataset_id: str, version: int, compute: Compute) -> str:
        """Return the key of a dataset version's profile."""
        return _key("profile", dataset_id, version, str(compute))

    @staticmethod
    def page(dataset_id: str, version: int, query: Json) -> str:
        """Return the key of one page of rows; `query` says which rows in which order."""
        return _key("page", dataset_id, version, query)

    @staticmethod
    def count(dataset_id: str, version: int, filters: Json) -> str:
        """Return the key of how many rows meet the filters."""
        return _key("count", dataset_id, version, filters)

    @staticmethod
    def query(statement: str, versions: Json, page: Json = None) -> str:
        """Return the key of an answer.

        Args:
            statement: The normalised statement.
            versions: The version of each dataset it reads, by dataset id.
            page: Which part of the answer; None for all.
        """
        return _key("query", statement, versions, page)

    @staticmethod
    def chart(basis: str, description: Json) -> str:
        """Return the key of a computed chart.

        Args:
            basis: What it is computed from: a dataset version, or the fingerprint of a question.
            description: What it shows, and how.
        """
        return _key("chart", basis, description)


def _key(kind: str, *parts: Json) -> str:
    return f"{kind}:{fingerprint(list(parts))}"
