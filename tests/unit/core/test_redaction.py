"""Nothing secret reaches a sink."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.security.redact import REDACTED, redact, redact_text

SECRET = "h7Gq2mZx9PwL4tRvK8sD"

secrets_as_logged = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=16, max_size=40)
secret_names = st.sampled_from(
    ["password", "DB_PASSWD", "token", "csrf_token", "api_key", "apikey", "Authorization", "Cookie", "private_key"]
)
harmless = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))


@pytest.mark.parametrize(
    "text",
    [
        f"GET /?t={SECRET} HTTP/1.1",
        f"http://localhost:8600/open?a=1&token={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}==",
        f"postgresql://anna:{SECRET}@db.example/prod",
        f"password={SECRET}",
        f"Token: {SECRET}, next",
        f"secret = {SECRET};",
    ],
)
def test_a_secret_inside_a_text_is_replaced(text: str) -> None:
    """Links, headers, connection strings and assignments lose their secret part."""
    assert SECRET not in redact_text(text)
    assert REDACTED in redact_text(text)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("sent to anna.meier+shop@example.org today", "anna.meier"),
        ("IBAN DE89 3704 0044 0532 0130 00 was refused", "3704"),
        ("IBAN DE89370400440532013000", "3704"),
    ],
)
def test_personal_data_inside_a_text_is_replaced(text: str, gone: str) -> None:
    """Addresses and account numbers stay out of the log."""
    assert gone not in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "'umsatz.csv' is empty, so there is nothing to import.",
        "select sum(betrag) from umsatz where jahr = 2026",
        "Imported 2,000 rows in 0.3 s.",
        "version 1.5.5, port 8600",
        "The basic reading was taken.",
    ],
)
def test_ordinary_sentences_are_left_alone(text: str) -> None:
    """A log that hides what happened is of no use."""
    assert redact_text(text) == text


def trees(leaf: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Values as they are logged: nested lists, tuples and mappings around `leaf`."""
    return st.recursive(
        leaf | harmless,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["rows", "file", "name"]), inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
        ),
        max_leaves=8,
    )


@given(st.data(), secrets_as_logged, secret_names)
def test_whatever_lies_below_a_telling_name_is_gone(data: st.DataObject, secret: str, name: str) -> None:
    """Depth and container do not matter."""
    below = data.draw(trees(st.just(secret)))
    around = data.draw(trees(st.just({name: below})))

    assert secret not in json.dumps(redact(around))


@given(trees(st.text("abc xyz", max_size=20)))
def test_redaction_keeps_the_shape(value: object) -> None:
    """Harmless values pass unchanged, so that the log can be read; tuples become lists, as in JSON."""
    assert redact(value) == json.loads(json.dumps(value))


def test_sets_and_foreign_objects_become_something_json_can_hold() -> None:
    """Whatever is logged can be written."""

    class Foreign:
        def __str__(self) -> str:
            return f"Foreign(token={SECRET})"

    assert redact({"a": {1}, "b": Foreign()}) == {"a": [1], "b": f"Foreign(token={REDACTED}"}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["x", "a.", "a@", "://a:", "bearer ", "DE89", "password", "?t=", "-+", "a://"])
def test_a_long_hostile_text_does_not_hang_the_log(piece: str) -> None:
    """The content of a broken file may end up in a message; a megabyte of it is no attack."""
    assert redact_text(piece * (1_000_000 // len(piece)))
