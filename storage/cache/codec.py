"""Values as bytes and back, without pickle: what is read can only ever be data.

Used by the cache for both of its layers, so that a value looks the same wherever it came from, and nobody who
changes what he was given changes what the next one gets.
"""

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import msgpack
from blake3 import blake3

Cacheable: TypeAlias = "bool | int | float | str | bytes | list[Any] | tuple[Any, ...] | dict[Any, Any] | None"
"""What can be cached besides `pyarrow.Table`; inside, also Decimal, date, time, datetime and timedelta."""

_HEADER = struct.Struct("<4sdc3x8s")
"""Mark, when it expires (seconds since the epoch; 0 never), kind, digest of the rest; Arrow data stays aligned."""

_MARK = b"BST1"
_ARROW, _BYTES, _PACKED = b"A", b"B", b"M"

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the anchor of local times, which have no zone
_TUPLE, _BIG_INT, _DECIMAL, _DATE, _TIME, _LOCAL_TIME, _UTC_TIME, _SPAN = range(8)


class UnreadableValueError(ValueError):
    """The bytes are no value of this codec: cut short, planted, or of another version."""


def encode(value: object, expires_at: float | None) -> bytes:
    """Return the value as bytes.

    Raises:
        TypeError: the value (or something in it) is of a type that cannot be cached: a mistake in the program.
    """
    import pyarrow as pa  # here and below: the first page caches nothing, and does without it

    if isinstance(value, pa.Table):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_table(value)
        kind, content = _ARROW, sink.getvalue()
    elif isinstance(value, bytes):
        kind, content = _BYTES, value
    else:
        kind, content = _PACKED, _pack(value)
    header = _HEADER.pack(_MARK, expires_at or 0.0, kind, _digest(content))
    return b"".join((header, content))


def expires_at(payload: bytes) -> float | None:
    """Return when the value stops to be valid, or None for never.

    Raises:
        UnreadableValueError: these bytes are no value.
    """
    return _head(payload)[0] or None


def verify(payload: bytes) -> None:
    """Check that the bytes are those that were written; worth it when they come from a disk.

    Raises:
        UnreadableValueError: they are not.
    """
    if _digest(memoryview(payload)[_HEADER.size :]) != _head(payload)[2]:
        raise UnreadableValueError("the content has changed")


def decode(payload: bytes) -> Any:  # noqa: ANN401 - any cacheable value
    """Return the value; Arrow data is not copied.

    Raises:
        UnreadableValueError: these bytes are no value.
    """
    kind = _head(payload)[1]
    try:
        if kind == _ARROW:
            return _read_arrow(payload)
        if kind == _BYTES:
            return payload[_HEADER.size :]
        if kind == _PACKED:
            return _unpack(memoryview(payload)[_HEADER.size :])
    except (ValueError, TypeError, ArithmeticError, msgpack.UnpackException) as error:
        raise UnreadableValueError(str(error)) from error
    raise UnreadableValueError(f"unknown kind {kind!r}")


def _read_arrow(payload: bytes) -> Any:  # noqa: ANN401 - a `pyarrow.Table`
    import pyarrow as pa

    try:
        return pa.ipc.open_stream(pa.py_buffer(payload).slice(_HEADER.size)).read_all()
    except pa.ArrowException as error:
        raise UnreadableValueError(str(error)) from error


def _head(payload: bytes) -> tuple[float, bytes, bytes]:
    try:
        mark, expires, kind, digest = _HEADER.unpack_from(payload)
    except struct.error as error:
        raise UnreadableValueError("cut short") from error
    if mark != _MARK:
        raise UnreadableValueError("not written by this cache")
    return expires, kind, digest


def _digest(content: Any) -> bytes:  # noqa: ANN401 - any buffer
    return blake3(content).digest(length=8)


def _pack(value: object) -> bytes:
    # strict_types sends tuples and subclasses through `_extend`, which refuses what would come back different.
    packed: bytes = msgpack.packb(value, default=_extend, strict_types=True, unicode_errors="surrogatepass")
    return packed


def _unpack(content: bytes | memoryview) -> Any:  # noqa: ANN401 - any cacheable value
    return msgpack.unpackb(content, ext_hook=_restore, strict_map_key=False, unicode_errors="surrogatepass")


def _extend(value: object) -> msgpack.ExtType:
    """Pack what msgpack does not know; exact types only, since a subclass would come back as its base."""
    packer = _PACKERS.get(type(value))
    if packer is None:
        raise TypeError(f"a {type(value).__name__} cannot be cached")
    return packer(value)


def _pack_datetime(value: datetime) -> msgpack.ExtType:
    if value.tzinfo is None:
        return msgpack.ExtType(_LOCAL_TIME, _text(_microseconds(value - _EPOCH)))
    return msgpack.ExtType(_UTC_TIME, _text(_microseconds(value.astimezone(UTC).replace(tzinfo=None) - _EPOCH)))


def _pack_time(value: time) -> msgpack.ExtType:
    if value.tzinfo is not None:
        raise TypeError("a time of day with a zone cannot be cached")
    return msgpack.ExtType(_TIME, value.isoformat().encode())


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _text(value: object) -> bytes:
    return str(value).encode()


_PACKERS: dict[type, Callable[[Any], msgpack.ExtType]] = {
    tuple: lambda v: msgpack.ExtType(_TUPLE, _pack(list(v))),
    int: lambda v: msgpack.ExtType(_BIG_INT, _text(v)),
    Decimal: lambda v: msgpack.ExtType(_DECIMAL, _text(v)),
    datetime: _pack_datetime,
    date: lambda v: msgpack.ExtType(_DATE, v.isoformat().encode()),
    time: _pack_time,
    timedelta: lambda v: msgpack.ExtType(_SPAN, _text(_microseconds(v))),
}

_RESTORERS: dict[int, Callable[[str], Any]] = {
    _BIG_INT: int,
    _DECIMAL: Decimal,
    _DATE: date.fromisoformat,
    _TIME: time.fromisoformat,
    _LOCAL_TIME: lambda text: _EPOCH + timedelta(microseconds=int(text)),
    _UTC_TIME: lambda text: (_EPOCH + timedelta(microseconds=int(text))).replace(tzinfo=UTC),
    _SPAN: lambda text: timedelta(microseconds=int(text)),
}


def _restore(code: int, data: bytes) -> Any:  # noqa: ANN401 - any cacheable value
    if code == _TUPLE:
        return tuple(_unpack(data))
    restorer = _RESTORERS.get(code)
    if restorer is None:
        raise UnreadableValueError(f"unknown extension {code}")
    return restorer(data.decode())
