"""The words of the engine's SQL, for an editor: keywords, types, and the functions a question may use.

Asked once per process and served by the page's routes. Only functions the guard lets through are named, so that
nothing is offered that would then be refused.
"""

from dataclasses import dataclass
from typing import Final

from analysis.query.functions import SCALAR_FUNCTIONS, TABLE_FUNCTIONS
from core.types import Json
from storage.duck import DuckEngine

_KEYWORDS: Final = "select keyword_name, keyword_category from duckdb_keywords() order by keyword_name"
_TYPES: Final = "select distinct lower(type_name) from duckdb_types() where regexp_full_match(type_name, '\\w+')"
_FUNCTIONS: Final = """
select function_name, arg_min(parameters, len(parameters)), any_value(description)
from duckdb_functions()
where regexp_full_match(function_name, '[A-Za-z]\\w*') and not starts_with(function_name, '__')
group by function_name order by function_name
"""
_NAMES: Final = "unreserved"
"""Words of this kind can be names without quotes; all others get them."""
_SPOKEN: Final = frozenset(
    {
        "by", "cube", "current", "describe", "escape", "exclude", "explain", "filter", "first", "following",
        "ignore", "last", "nulls", "over", "partition", "percent", "preceding", "range", "recursive",
        "replace", "respect", "rollup", "rows", "sample", "sets", "summarize", "ties", "unbounded", "values",
        "within", "without",
    }
)  # fmt: skip
"""Of the words that can be names, those that questions are made of; the others are mostly columns."""


@dataclass(frozen=True, slots=True)
class SqlWords:
    """`reserved` need quotes as names; `functions` are name, parameters and description."""

    reserved: tuple[str, ...]
    keywords: tuple[str, ...]
    types: tuple[str, ...]
    functions: tuple[tuple[str, str, str], ...]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "reserved": list(self.reserved),
            "keywords": list(self.keywords),
            "types": list(self.types),
            "functions": [list(one) for one in self.functions],
        }


def sql_words(duck: DuckEngine) -> SqlWords:
    """Return the words of the engine in use."""
    allowed = SCALAR_FUNCTIONS | TABLE_FUNCTIONS
    with duck.trusted() as connection:
        keywords = connection.execute(_KEYWORDS).fetchall()
        types = sorted(str(row[0]) for row in connection.execute(_TYPES).fetchall())
        functions = connection.execute(_FUNCTIONS).fetchall()
    return SqlWords(
        reserved=tuple(str(word) for word, kind in keywords if kind != _NAMES),
        keywords=tuple(str(word) for word, kind in keywords if kind != _NAMES or word in _SPOKEN),
        types=tuple(types),
        functions=tuple(
            (str(name), ", ".join(parameters or ()), str(description or ""))
            for name, parameters, description in functions
            if str(name) in allowed
        ),
    )
