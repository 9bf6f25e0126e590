"""The gate: who is let in, who is refused, and with which status, on HTTP and on the WebSocket."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from core.paths import ProfilePaths
from core.trace import current_trace
from launcher.server.security import LEFT_PATH, CookieNames, LaunchGate, inline_script_sources

NETLOC = "127.0.0.1:23456"
ORIGIN = f"http://{NETLOC}"
SECRET = "s" * 43
TOKEN = "t" * 43
COOKIES = CookieNames("bestand_x_launch", "bestand_x_device")
LET_IN = ("cookie", f"{COOKIES.launch}={SECRET}")
HOST = ("host", NETLOC)

Pairs = Iterable[tuple[str, str]]


@dataclass
class Inner:
    """The application behind the gate; remembers whether it was reached and under which trace."""

    reached: int = 0
    trace: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached += 1
        self.trace = current_trace()
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
            await send({"type": "http.response.body", "body": b"ok"})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})


@dataclass
class Links:
    """One link that can be used once."""

    left: set[str] = field(default_factory=lambda: {TOKEN})

    def use(self, token: str) -> bool:
        """Use the link up."""
        known = token in self.left
        self.left.discard(token)
        return known


@dataclass
class Answer:
    """What came back."""

    messages: list[Message]

    @property
    def status(self) -> int:
        """The HTTP status; 101 for an accepted WebSocket."""
        first = self.messages[0]
        return 101 if first["type"] == "websocket.accept" else int(first.get("status", first.get("code", 0)))

    def header(self, name: str) -> list[str]:
        """Every value of a header."""
        return [v.decode() for k, v in self.messages[0]["headers"] if k.decode().lower() == name]


def ask(
    headers: Pairs,
    *,
    kind: str = "http",
    path: str = "/",
    query: str = "",
    method: str = "GET",
    inner: Inner | None = None,
    links: Links | None = None,
    extensions: dict[str, Any] | None = None,
    framed_by: str = "",
) -> Answer:
    """Send one request through a gate."""
    gate = LaunchGate(
        inner or Inner(),
        netloc=NETLOC,
        secret=SECRET,
        cookies=COOKIES,
        use_link=(links or Links()).use,
        framed_by=framed_by,
    )
    scope: Scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers],
    }
    if kind == "http":
        scope["method"] = method
    else:
        scope["extensions"] = {"websocket.http.response": {}} if extensions is None else extensions
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return Answer(sent)


FRAME = [HOST, LET_IN, ("sec-fetch-site", "same-site"), ("sec-fetch-dest", "iframe")]


def test_another_port_of_the_profile_may_be_framed_by_our_page_only() -> None:
    """Where a stand-in's origin is asked for what it keeps, the policy names our page, and one path opens."""
    answer = ask(FRAME, path=LEFT_PATH, framed_by="127.0.0.1:1")
    assert answer.status == 200
    (policy,) = answer.header("content-security-policy")
    assert "frame-ancestors http://127.0.0.1:1" in policy
    assert ask(FRAME, path="/", framed_by="127.0.0.1:1").status == 403
    assert ask(FRAME, path=LEFT_PATH, method="POST", framed_by="127.0.0.1:1").status == 403
    assert ask([HOST, *FRAME[2:]], path=LEFT_PATH, framed_by="127.0.0.1:1").status == 401


def test_the_page_itself_may_be_framed_by_nobody() -> None:
    """The page's own port lets no other port frame it, whatever the path."""
    assert ask(FRAME, path=LEFT_PATH).status == 403
    assert ask([HOST, LET_IN]).header("x-frame-options") == ["DENY"]


def test_the_own_page_is_let_in() -> None:
    """With host and cookie right, the application answers."""
    assert ask([HOST, LET_IN]).status == 200


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param([HOST, ("origin", ORIGIN)], 401, id="another user without the cookie"),
        pytest.param([HOST, ("origin", ORIGIN), ("cookie", f"{COOKIES.launch}=no")], 401, id="a guessed cookie"),
        pytest.param([HOST, ("origin", ORIGIN), ("cookie", f"{COOKIES.launch}=")], 401, id="an empty cookie"),
        pytest.param([HOST, ("origin", ORIGIN), ("cookie", f"other={SECRET}")], 401, id="another cookie"),
        pytest.param([HOST, LET_IN, ("origin", "http://127.0.0.1:9999")], 403, id="a page on another port"),
        pytest.param([HOST, LET_IN, ("origin", "http://localhost:23456")], 403, id="a page on another name"),
        pytest.param([HOST, LET_IN, ("origin", "null")], 403, id="a sandboxed page"),
        pytest.param([HOST, LET_IN, ("origin", f"https://{NETLOC}")], 403, id="another scheme"),
        pytest.param([HOST, LET_IN, ("origin", ORIGIN), ("origin", "http://evil.com")], 403, id="two origins"),
        pytest.param(
            [HOST, LET_IN, ("origin", ORIGIN), ("sec-fetch-site", "cross-site")], 403, id="a foreign page"
        ),
        pytest.param([HOST, LET_IN, ("origin", ORIGIN), ("sec-fetch-site", "same-site")], 403, id="another port"),
        pytest.param([("host", "evil.com:23456"), LET_IN, ("origin", ORIGIN)], 421, id="a rebound name"),
        pytest.param([("host", "127.0.0.1"), LET_IN, ("origin", ORIGIN)], 421, id="no port"),
        pytest.param([("host", "localhost:23456"), LET_IN, ("origin", ORIGIN)], 421, id="localhost"),
        pytest.param([HOST, ("host", "evil.com"), LET_IN, ("origin", ORIGIN)], 421, id="two hosts"),
        pytest.param([LET_IN, ("origin", ORIGIN)], 421, id="no host"),
    ],
)
def test_others_are_refused_before_the_application_hears_of_them(kind: str, headers: Pairs, status: int) -> None:
    """Each attack gets its status, the same on HTTP and on the WebSocket."""
    inner = Inner()

    assert ask(headers, kind=kind, inner=inner).status == status
    assert inner.reached == 0


def test_a_websocket_needs_to_name_its_origin() -> None:
    """A browser always does, so a connection without one is no page's."""
    assert ask([HOST, LET_IN], kind="websocket").status == 403
    assert ask([HOST, LET_IN, ("origin", ORIGIN)], kind="websocket").status == 101


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_change_needs_to_name_its_origin(method: str) -> None:
    """A form on another page cannot change anything even where the browser sends the cookie."""
    assert ask([HOST, LET_IN], method=method).status == 403
    assert ask([HOST, LET_IN, ("origin", ORIGIN)], method=method).status == 200


def test_a_websocket_is_closed_where_the_server_cannot_answer_with_a_status() -> None:
    """Without the extension the refusal is a close, never an accept."""
    answer = ask([HOST, ("origin", ORIGIN)], kind="websocket", extensions={})

    assert [m["type"] for m in answer.messages] == ["websocket.close"]


def test_a_planted_cookie_beside_ours_does_not_lock_the_person_out() -> None:
    """Cookies know no ports: a page on another one may have set the same name."""
    planted = ("cookie", f"{COOKIES.launch}=planted; {COOKIES.launch}={SECRET}")

    assert ask([HOST, planted]).status == 200


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80))
def test_no_cookie_text_opens_by_accident(text: str) -> None:
    """Whatever stands in the header, only the secret under the right name opens, and nothing breaks."""
    opens = f"{COOKIES.launch}={SECRET}" in text

    assert opens or ask([HOST, ("cookie", text)]).status == 401


def test_a_link_gives_the_cookie_and_moves_on_by_itself() -> None:
    """The page that follows a link is our own, so the browser counts the next step as ours."""
    answer = ask([HOST], path="/auth", query=f"t={TOKEN}")
    launch, device = answer.header("set-cookie")

    assert answer.status == 200
    assert launch == f"{COOKIES.launch}={SECRET}; Path=/; HttpOnly; SameSite=Strict"
    assert device.startswith(f"{COOKIES.device}=")
    assert device.endswith("; HttpOnly; SameSite=Lax")
    assert b'content="0;url=/"' in answer.messages[1]["body"]
    assert answer.header("cache-control") == ["no-store"]


def test_a_link_opens_once() -> None:
    """The second one to come is refused."""
    links = Links()

    assert ask([HOST], path="/auth", query=f"t={TOKEN}", links=links).status == 200
    assert ask([HOST], path="/auth", query=f"t={TOKEN}", links=links).status == 403


@pytest.mark.parametrize("query", ["", "t=", "t=wrong", f"t={TOKEN}&t={TOKEN}", f"x={TOKEN}"])
def test_a_wrong_link_is_refused_without_telling_why(query: str) -> None:
    """Unknown, used and too old read the same."""
    wrong = ask([HOST], path="/auth", query=query)

    assert wrong.status == 403
    assert b"used already or is too old" in wrong.messages[1]["body"]


def test_a_link_clicked_in_another_page_opens() -> None:
    """The local page that a browser is started with counts as foreign; the token is the proof."""
    clicked = [
        HOST,
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ]

    assert ask(clicked, path="/auth", query=f"t={TOKEN}").status == 200


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", [HOST]),
        ("POST", [HOST]),
        ("GET", [HOST, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")]),
        ("GET", [HOST, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]),
        ("GET", [HOST, ("origin", "http://evil.com")]),
        ("GET", [("host", "evil.com:23456")]),
    ],
)
def test_a_link_is_not_used_up_by_anything_but_a_persons_click(method: str, headers: Pairs) -> None:
    """A preview, an image or a frame does not take the link away."""
    links = Links()

    assert ask(headers, path="/auth", query=f"t={TOKEN}", method=method, links=links).status >= 400
    assert links.left == {TOKEN}


def test_the_cookie_opens_no_link_and_the_link_is_no_cookie() -> None:
    """They are two secrets."""
    assert ask([HOST], path="/auth", query=f"t={SECRET}").status == 403
    assert ask([HOST, ("cookie", f"{COOKIES.launch}={TOKEN}")]).status == 401
    assert ask([HOST, ("authorization", f"Bearer {TOKEN}")]).status == 401


def test_every_answer_keeps_the_page_to_itself() -> None:
    """Allowed or refused: nothing is loaded from elsewhere, framed, sniffed or told of."""
    for answer in (ask([HOST, LET_IN]), ask([HOST]), ask([("host", "evil.com")])):
        policy = answer.header("content-security-policy")[0]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http:" not in policy
        assert "https:" not in policy
        assert answer.header("x-content-type-options") == ["nosniff"]
        assert answer.header("referrer-policy") == ["no-referrer"]


def test_a_document_names_the_browser_once() -> None:
    """The name lasts; a browser that has one keeps it, and an asset sets nothing."""
    document = ("accept", "text/html,*/*")

    assert len(ask([HOST, LET_IN, document]).header("set-cookie")) == 1
    assert ask([HOST, LET_IN]).header("set-cookie") == []
    named = ("cookie", f"{COOKIES.device}=01m7xyz; {LET_IN[1]}")
    assert ask([HOST, named, document]).header("set-cookie") == []


def test_a_request_has_one_trace_from_end_to_end() -> None:
    """The browser's id is taken over if it is well-formed, and the answer names it."""
    inner = Inner()
    answer = ask([HOST, LET_IN, ("x-trace", "click-0001")], inner=inner)

    assert inner.trace == "click-0001"
    assert answer.header("x-trace") == ["click-0001"]
    ask([HOST, LET_IN, ("x-trace", "bad id\twith\ttabs")], inner=inner)
    assert inner.trace not in (None, "bad id\twith\ttabs")


def test_two_profiles_have_different_cookies(profile: ProfilePaths) -> None:
    """Two engines on one machine do not throw each other's windows out."""
    assert CookieNames.of(profile) != CookieNames.of(ProfilePaths(profile.root / "other"))


def test_inline_scripts_are_known_by_their_hash() -> None:
    """The value Chromium asks for in its own message is the one we compute."""
    page = "<script>\n      window.prerenderReady = false\n    </script><script src='a.js'></script>"

    assert inline_script_sources(page) == ("'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",)
