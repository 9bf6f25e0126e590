"""The words an editor gets are those of the engine in use."""

import duckdb
import pytest

from analysis.query.functions import SCALAR_FUNCTIONS, TABLE_FUNCTIONS
from analysis.query.words import SqlWords, sql_words
from storage.duck import quote_identifier
from tests.integration.query.conftest import Walls


@pytest.fixture(scope="module")
def words(walls: Walls) -> SqlWords:
    """The words of this engine."""
    return sql_words(walls.storage.duck)


def test_only_functions_a_question_may_use_are_offered(words: SqlWords) -> None:
    """Nothing is offered that the guard would refuse."""
    names = {name for name, _, _ in words.functions}

    assert {"sum", "count", "strftime", "list_transform", "range"} <= names
    assert names <= SCALAR_FUNCTIONS | TABLE_FUNCTIONS
    assert not names & {"read_csv", "read_text", "getenv", "glob"}


def test_reserved_words_are_exactly_those_that_need_quotes(words: SqlWords) -> None:
    """Every other word is a column's name as it stands, and each reserved one is with quotes."""
    with duckdb.connect() as connection:
        others = [row[0] for row in connection.execute("select keyword_name from duckdb_keywords()").fetchall()]
        for word in set(others) - set(words.reserved):
            connection.execute(f"select {word} from (select 1 as {word}) t")
        for word in words.reserved:
            connection.execute(f"select {quote_identifier(word)} from (select 1 as {quote_identifier(word)}) t")
    assert {"select", "from", "order", "group", "table"} <= set(words.reserved)


def test_a_word_that_is_mostly_a_column_is_no_keyword(words: SqlWords) -> None:
    """Highlighting every word the grammar knows would colour half of all columns."""
    assert {"over", "partition", "filter", "select"} <= set(words.keywords)
    assert not {"name", "year", "value", "type", "data"} & set(words.keywords)
