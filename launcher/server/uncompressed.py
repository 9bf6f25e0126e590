"""What the engine sends goes to the same machine: it is sent as it is.

Streamlit's server packs whatever a browser says it can unpack, anew at each request and on the thread that answers
all of them: a block of rows takes longer to pack than to read. Over the loopback device that saves nothing.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

_ACCEPTS = b"accept-encoding"


class Uncompressed:
    """ASGI middleware: nobody behind it hears that a browser could unpack."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on without what it says of packing."""
        if scope["type"] == "http":
            headers = [(name, value) for name, value in scope["headers"] if name != _ACCEPTS]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)
