"""The gate in front of every request: being on the same machine is no reason to be trusted.

Another person of the machine, another page in the browser and a host name that was rebound to the loopback are all
refused, on HTTP and on the WebSocket alike. What is asked, in this order: the exact host (else 421), the exact
origin and a request that our own page made (else 403), a process of the same person where the system tells (else
403), the launch cookie (else 401). A one-time link hands the
cookie out; it lives as long as the engine's launch secret and is another secret than the link's token. A second,
lasting cookie names the browser and opens nothing.

Pure ASGI: it wraps the whole application and knows nothing of Streamlit.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.fingerprint import fingerprint
from core.i18n import N_, _
from core.ids import new_id
from core.paths import ProfilePaths
from core.security.secrets import same_secret
from core.telemetry import track
from core.trace import trace
from launcher.server.links import AUTH_PATH
from launcher.server.peers import is_foreign

TRACE_HEADER = "x-trace"
LEFT_PATH = "/left"
"""The one path of another port of this profile that our page may open in a frame; see `launcher.server.left`."""
DEVICE_LIFE_S = 400 * 24 * 3600
"""The longest a browser keeps a cookie."""

_OWN_PAGE: Final = frozenset({"none", "same-origin"})
"""`sec-fetch-site` of what a person typed and of what our own page asked. Another port is "same-site"."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OPENED_PAGE: Final = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Bestand</title>"
    b'<meta http-equiv="refresh" content="0;url=/"></html>'
)
"""Moves on to the page by itself. A redirect would not do: when a link is opened from elsewhere, the browser takes
the whole chain as foreign and leaves a Strict cookie out; a navigation that this page begins is our own."""


@dataclass(frozen=True, slots=True)
class CookieNames:
    """Cookies know no ports, so a second profile on this machine needs other names."""

    launch: str
    device: str

    @classmethod
    def of(cls, paths: ProfilePaths) -> "CookieNames":
        """Return the names for one profile."""
        mark = fingerprint(str(paths.root))[:10]
        return cls(f"bestand_{mark}_launch", f"bestand_{mark}_device")


class Refusal(Enum):
    """Why a request was not let in: status, one sentence."""

    HOST = (421, N_("This address does not belong to Bestand."))
    ORIGIN = (403, N_("Another page may not use Bestand."))
    LINK = (403, N_("This link was used already or is too old. Run `bestand app url` for another one."))
    PEER = (403, N_("Another user of this machine may not use Bestand."))
    COOKIE = (401, N_("This browser is not let in yet. Run `bestand app url` for a link that lets it in."))
    METHOD = (405, N_("A link is only opened, nothing else."))

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def sentence(self) -> str:
        """What the person reads."""
        return _(self.value[1])


class LaunchGate:
    """ASGI middleware; see the module.

    Args:
        app: What is guarded.
        netloc: The only host this engine answers to, such as `127.0.0.1:23456`.
        secret: The launch secret, which the cookie carries.
        cookies: The profile's cookie names.
        use_link: Uses up a link's token; False refuses it.
        inline_scripts: CSP sources of the inline scripts the page is known to have, such as `'sha256-…'`.
        framed_by: The host of our page where this one is another port of the profile, which it may frame.
        frames: The origins of the profile's other ports, which our page frames.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        netloc: str,
        secret: str,
        cookies: CookieNames,
        use_link: Callable[[str], bool],
        inline_scripts: Sequence[str] = (),
        framed_by: str = "",
        frames: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._netloc = netloc
        self._origin = f"http://{netloc}"
        self._secret = secret
        self._cookies = cookies
        self._use_link = use_link
        self._framed_by = framed_by
        self._headers = _page_headers(netloc, inline_scripts, framed_by=framed_by, frames=frames)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it with a refusal."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with trace(headers.get(TRACE_HEADER)) as trace_id:
            opens_link = scope["type"] == "http" and scope["path"] == AUTH_PATH
            refusal = self._refusal(scope, headers, opens_link=opens_link)
            if refusal is not None:
                track("request_refused", {"status": refusal.status, "why": refusal.name, "path": scope["path"]})
                await self._refuse(refusal, scope, receive, send)
            elif opens_link:
                await self._let_in(headers, send)
            else:
                await self._app(scope, receive, self._dressed(send, scope, headers, trace_id))

    def _refusal(self, scope: Scope, headers: Headers, *, opens_link: bool) -> Refusal | None:
        if headers.getlist("host") != [self._netloc]:
            return Refusal.HOST
        if opens_link:
            return self._link_refusal(scope, headers)
        if not self._from_own_page(scope, headers):
            return Refusal.ORIGIN
        if is_foreign(scope.get("client"), scope.get("server")):
            return Refusal.PEER
        given = _cookie_values(headers, self._cookies.launch)
        return None if any(same_secret(value, self._secret) for value in given) else Refusal.COOKIE

    def _link_refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Judge an opened link, clicked anywhere: only a person's navigation counts, and the token."""
        if scope["method"] != "GET":
            return Refusal.METHOD
        if headers.get("sec-fetch-mode", "navigate") != "navigate" or "origin" in headers:
            return Refusal.ORIGIN
        if headers.get("sec-fetch-dest", "document") != "document":
            return Refusal.ORIGIN
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("t", [])
        return None if len(tokens) == 1 and self._use_link(tokens[0]) else Refusal.LINK

    def _from_own_page(self, scope: Scope, headers: Headers) -> bool:
        origins = headers.getlist("origin")
        if any(origin != self._origin for origin in origins):
            return False
        if headers.get("sec-fetch-site", "none") not in _OWN_PAGE and not self._is_framed(scope, headers):
            return False
        changes = scope["type"] == "websocket" or scope["method"] not in _READING
        return bool(origins) or not changes  # a browser always names the origin of what can change something

    def _is_framed(self, scope: Scope, headers: Headers) -> bool:
        """Tell whether our page opens what this port has left in a frame; who frames it, its policy decides."""
        framed = headers.get("sec-fetch-dest") == "iframe" and headers.get("sec-fetch-site") == "same-site"
        return bool(self._framed_by) and framed and scope["path"] == LEFT_PATH and scope.get("method") == "GET"

    async def _let_in(self, headers: Headers, send: Send) -> None:
        response = MutableHeaders({"content-type": "text/html; charset=utf-8", "cache-control": "no-store"})
        response["content-length"] = str(len(_OPENED_PAGE))
        response.append("set-cookie", f"{self._cookies.launch}={self._secret}; Path=/; HttpOnly; SameSite=Strict")
        self._name_browser(response, headers)
        self._protect(response)
        await send({"type": "http.response.start", "status": 200, "headers": response.raw})
        await send({"type": "http.response.body", "body": _OPENED_PAGE})

    def _dressed(self, send: Send, scope: Scope, headers: Headers, trace_id: str) -> Send:
        """Return `send` that adds the protecting headers, the trace and, on a document, the browser's name."""

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                response = MutableHeaders(raw=message.setdefault("headers", []))
                response[TRACE_HEADER] = trace_id
                if scope["type"] == "http" and "text/html" in headers.get("accept", ""):
                    self._name_browser(response, headers)
                self._protect(response)
            await send(message)

        return send_dressed

    def _name_browser(self, response: MutableHeaders, headers: Headers) -> None:
        if not any(_cookie_values(headers, self._cookies.device)):
            response.append(
                "set-cookie",
                f"{self._cookies.device}={new_id()}; Path=/; Max-Age={DEVICE_LIFE_S}; HttpOnly; SameSite=Lax",
            )

    def _protect(self, response: MutableHeaders) -> None:
        for name, value in self._headers:
            response[name] = value

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        body = refusal.sentence.encode()
        headers = MutableHeaders({"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"})
        headers["content-length"] = str(len(body))
        self._protect(headers)
        kind = "http.response"
        if scope["type"] == "websocket":
            await receive()  # websocket.connect
            if "websocket.http.response" not in scope.get("extensions", {}):
                await send({"type": "websocket.close", "code": 1008})
                return
            kind = "websocket.http.response"
        await send({"type": f"{kind}.start", "status": refusal.status, "headers": headers.raw})
        await send({"type": f"{kind}.body", "body": body})


def _cookie_values(headers: Headers, name: str) -> Iterable[str]:
    """Yield every value given under a name: a page on another port may have set one of its own beside ours."""
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            given, _, value = part.strip().partition("=")
            if given == name:
                yield value.strip('"')


def inline_script_sources(page: str) -> tuple[str, ...]:
    """Return the CSP source of each inline script of an HTML page."""
    texts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _page_headers(
    netloc: str, inline_scripts: Sequence[str], *, framed_by: str, frames: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return what every answer carries: nothing from elsewhere is loaded, framed, sniffed or told of.

    Styles need 'unsafe-inline' (Streamlit writes them at run time); scripts may compile WebAssembly and load what
    a component brings as a blob, but no text becomes code and nothing inline runs that is not known by its hash.
    """
    policy = "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval' blob:", *inline_scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{netloc}",
            "worker-src 'self' blob:",
            " ".join(("frame-src 'self'", *frames)),
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors http://{framed_by}" if framed_by else "frame-ancestors 'none'",
        )
    )
    return (
        *(() if framed_by else (("x-frame-options", "DENY"),)),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    )
