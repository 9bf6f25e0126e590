"""Questions in SQL: guard, execution, paging, history."""

from analysis.query.engine import CheckedQuery, QueryEngine
from analysis.query.run import QueryRun

__all__ = ["CheckedQuery", "QueryEngine", "QueryRun"]
