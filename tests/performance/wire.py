"""A page without a browser: speaks Streamlit's own protocol and times what the server does.

Used by `bench_frame`. A hundred of them cost little, so that what is measured is the server.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_PATIENCE_S = 60.0
_SUBPROTOCOLS = (Subprotocol("streamlit"), Subprotocol("PLACEHOLDER"))


@dataclass
class Wire:
    """One page. `widgets` are ids by key, `fragments` the fragment each was drawn in."""

    origin: str
    cookie: str
    widgets: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    messages: int = 0
    sent_bytes: int = 0

    async def open(self) -> None:
        """Connect and run the script once."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        self._socket: ClientConnection = await connect(
            self.origin.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=list(_SUBPROTOCOLS), origin=Origin(self.origin), additional_headers=headers,
            max_size=None, compression=None, ping_interval=None,
        )  # fmt: skip
        self._page = ""
        await self._run(BackMsg())

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def again(self) -> float:
        """Run the whole script once more; return the milliseconds until the server was done."""
        return await self._run(BackMsg())

    async def press(self, key: str) -> float:
        """Press a button; return the milliseconds until the server was done."""
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=self.widgets[key], trigger_value=True)
        return await self._run(message, self.fragments[key])

    async def tell(self, key: str, event: str, value: object) -> float:
        """Have one of our components tell something; return the milliseconds until the server was done."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add(
            id=f"$$STREAMLIT_INTERNAL_KEY_{self.widgets[key]}__events"
        )
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
        return await self._run(message, self.fragments[key])

    async def _run(self, message: BackMsg, fragment: str = "") -> float:
        run = message.rerun_script
        run.page_script_hash, run.fragment_id = self._page, fragment
        run.context_info.timezone, run.context_info.locale = "UTC", "en-US"
        self.messages = self.sent_bytes = 0
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(_PATIENCE_S):
            while not self._is_end(await self._socket.recv()):
                continue
        return (time.perf_counter() - started) * 1_000

    def _is_end(self, frame: Any) -> bool:  # noqa: ANN401 - text or bytes, by the library
        told = ForwardMsg.FromString(frame)
        self.messages += 1
        self.sent_bytes += len(frame)
        kind = told.WhichOneof("type")
        if kind == "new_session":
            self._page = told.new_session.page_script_hash
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            self._learn(told)
        return bool(kind == "script_finished" and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN)

    def _learn(self, told: ForwardMsg) -> None:
        element = told.delta.new_element
        kind = element.WhichOneof("type")
        widget = getattr(getattr(element, kind), "id", "") if kind else ""
        if isinstance(widget, str) and widget.startswith("$$"):
            key = widget.split("-", 2)[-1]
            self.widgets[key] = widget
            self.fragments[key] = told.delta.fragment_id
