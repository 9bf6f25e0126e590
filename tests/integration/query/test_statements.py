"""The editor takes statements apart where the engine does; `scan.test.ts` holds its side to the same cases."""

import json
import re
from pathlib import Path

import duckdb
import pytest

CASES = json.loads((Path(__file__).parents[2] / "contracts" / "sql_statements.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:30] for case in CASES])
def test_the_engine_sees_the_same_statements(case: dict[str, object]) -> None:
    """As many statements in the whole as were cut out of it, and each of them is one by itself."""
    text, statements = str(case["text"]), case["statements"]
    assert isinstance(statements, list)
    with duckdb.connect() as connection:
        assert len(connection.extract_statements(text)) == len(statements)
        for statement in statements:
            (alone,) = connection.extract_statements(statement)
            assert alone.query.strip().rstrip(";").strip()


WITH_PARAMETERS = [case for case in CASES if case["parameters"]]


@pytest.mark.parametrize("case", WITH_PARAMETERS, ids=[case["text"][:30] for case in WITH_PARAMETERS])
def test_the_engine_sees_the_same_parameters(case: dict[str, object]) -> None:
    """What the editor asks values for is what the engine wants."""
    (statement,) = duckdb.extract_statements(str(case["text"]))

    assert set(statement.named_parameters) == set(case["parameters"])  # type: ignore[call-overload]  # a list
    assert not any(re.fullmatch(r"\d+", name) for name in statement.named_parameters)
