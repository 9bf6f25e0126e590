"""OpenDocument spreadsheets and zip archives behind a password: opened with it, and a wrong one is told."""

import hashlib
import hmac
import io
import os
import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from analysis.readings import Readings
from core.errors import DamagedFileError, ProtectedFileError
from storage.open import Storage
from tests.integration.readings.old_sheets import GivenSheet, ods

SECRET = "Straße №7"
TABLE = b"ort;betrag\n" + b"Berlin;1\nWien;2\n" * 20
SHEET = ods([GivenSheet("Umsatz", [["Ort", "Betrag"], ["Berlin", 1.5], ["Wien", 2.0]])])
NAMES = "http://www.w3.org/2001/04/xmlenc#"


def packed(data: bytes) -> bytes:
    """The bytes, deflated without a header."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def in_base64(data: bytes) -> str:
    """The bytes as an attribute has them."""
    return b64encode(data).decode()


def entry(path: str, algorithm: str, vector: bytes, derivation: str, checksum: bytes | None) -> str:
    """What a manifest says of one protected file."""
    told = f' m:checksum-type="urn:oasis:x#sha256-1k" m:checksum="{in_base64(checksum)}"' if checksum else ""
    return (
        f'<m:file-entry m:full-path="{path}" m:size="1"><m:encryption-data{told}>'
        f'<m:algorithm m:algorithm-name="{algorithm}" m:initialisation-vector="{in_base64(vector)}"/>'
        f'<m:start-key-generation m:start-key-generation-name="{NAMES}sha256" m:key-size="32"/>'
        f"<m:key-derivation {derivation}/></m:encryption-data></m:file-entry>"
    )


def manifest(entries: str) -> str:
    """A manifest."""
    return f'<?xml version="1.0"?><m:manifest xmlns:m="urn:m">{entries}</m:manifest>'


def document() -> bytes:
    """A spreadsheet each file of which is protected, as programs wrote it for twenty years."""
    salt, vector = os.urandom(16), os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha256(SECRET.encode()).digest(), salt, 2_000, 32)
    derivation = (
        f'm:key-derivation-name="PBKDF2" m:key-size="32" m:iteration-count="2000" m:salt="{in_base64(salt)}"'
    )
    sink, entries = io.BytesIO(), ""
    with zipfile.ZipFile(io.BytesIO(SHEET)) as plain, zipfile.ZipFile(sink, "w") as out:
        out.writestr("mimetype", plain.read("mimetype"))
        data = packed(plain.read("content.xml"))
        gap = 16 - len(data) % 16
        encryptor = Cipher(AES(key), CBC(vector)).encryptor()
        out.writestr("content.xml", encryptor.update(data + bytes(gap - 1) + bytes([gap])) + encryptor.finalize())
        checksum = hashlib.sha256(data[:1024]).digest()
        entries = entry("content.xml", f"{NAMES}aes256-cbc", vector, derivation, checksum)
        out.writestr("META-INF/manifest.xml", manifest(entries))
    return sink.getvalue()


def package() -> bytes:
    """A spreadsheet protected as a whole, as new programs write it."""
    salt, vector = os.urandom(16), os.urandom(12)
    start = hashlib.sha256(SECRET.encode()).digest()
    key = Argon2id(salt=salt, length=32, iterations=1, lanes=2, memory_cost=64).derive(start)
    derivation = (
        'm:key-derivation-name="urn:org:documentfoundation:names:experimental:office:manifest:argon2id" '
        f'm:key-size="32" m:salt="{in_base64(salt)}" xmlns:loext="urn:loext" loext:argon2-iterations="1" '
        'loext:argon2-memory="64" loext:argon2-lanes="2"'
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("encrypted-package", vector + AESGCM(key).encrypt(vector, packed(SHEET), None))
        algorithm = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
        whole = entry("encrypted-package", algorithm, vector, derivation, None)
        out.writestr("META-INF/manifest.xml", manifest(whole))
    return sink.getvalue()


def archive(members: dict[str, tuple[bytes, int, bytes]]) -> bytes:
    """A zip archive of members as they are: bytes, method, extra field; all of them marked as protected."""
    sink, listing = io.BytesIO(), b""
    for name, (data, method, extra) in members.items():
        at, crc = sink.tell(), 0 if method == 99 else zlib.crc32(TABLE)
        fields = struct.pack("<HHHHIIIHH", 1, method, 0, 33, crc, len(data), len(TABLE), len(name), len(extra))
        sink.write(b"PK\x03\x04" + struct.pack("<H", 20) + fields + name.encode() + extra + data)
        rest = struct.pack("<HHHII", 0, 0, 0, 0, at)
        listing += b"PK\x01\x02" + struct.pack("<HH", 20, 20) + fields + rest + name.encode() + extra
    begin = sink.tell()
    count = len(members)
    return (
        sink.getvalue()
        + listing
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), begin, 0)
    )


def old_protection(password: bytes) -> bytes:
    """The table under the protection zip archives always had (APPNOTE 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def turn(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def hidden(byte: int) -> int:
        two = (keys[2] | 2) & 0xFFFF
        found = byte ^ ((two * (two ^ 1)) >> 8) & 0xFF
        turn(byte)
        return found

    for byte in password:
        turn(byte)
    head = bytes(11) + bytes([zlib.crc32(TABLE) >> 24])
    return bytes(map(hidden, head + packed(TABLE)))


def aes(password: bytes) -> tuple[bytes, int, bytes]:
    """The table under AES-256, as the newer programs protect members."""
    salt, data = os.urandom(16), packed(TABLE)
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    encryptor = Cipher(AES(keys[:32]), ECB()).encryptor()  # noqa: S305 - as the format says
    stream = b"".join(encryptor.update((at + 1).to_bytes(16, "little")) for at in range(len(data) // 16 + 1))
    body = bytes(one ^ other for one, other in zip(data, stream, strict=False))
    seal = hmac.new(keys[32:64], body, "sha1").digest()[:10]
    return salt + keys[64:] + body + seal, 99, struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)


MADE: dict[str, Callable[[], bytes]] = {
    "document.ods": document,
    "package.ods": package,
    "old.zip": lambda: archive({"t.csv": (old_protection(SECRET.encode()), 8, b"")}),
    "aes.zip": lambda: archive({"t.csv": aes(SECRET.encode())}),
    "two.zip": lambda: archive({"a.csv": aes(SECRET.encode()), "b.csv": aes(SECRET.encode())}),
}


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


@pytest.mark.parametrize("name", MADE)
def test_the_password_opens_it(readings: Readings, tmp_path: Path, name: str) -> None:
    """Without it the file is refused as protected, a wrong one is told, with the right one it is read."""
    path, target = tmp_path / name, tmp_path / "opened"
    path.write_bytes(MADE[name]())
    with pytest.raises(ProtectedFileError, match="password") as refused:
        readings.judge(path)
    assert "--password-file" in str(refused.value.hint)
    with pytest.raises(ProtectedFileError, match="cannot be opened with this password"):
        readings.unlock(path, target, "wrong")
    assert not target.exists()

    readings.unlock(path, target, SECRET)

    opened = target.rename(tmp_path / f"opened-{name}")
    judged = readings.judge(opened).best
    assert [column.source_name.lower() for column in judged.columns] == ["ort", "betrag"]
    assert [row[0] for row in judged.preview[:2]] == ["Berlin", "Wien"]
    readings.close()


def test_a_member_is_checked_to_its_last_byte(readings: Readings, tmp_path: Path) -> None:
    """A changed byte under the right password is not passed on as the file's content."""
    data, method, extra = aes(SECRET.encode())
    path = tmp_path / "changed.zip"
    changed = data[:40] + bytes([data[40] ^ 1]) + data[41:]
    path.write_bytes(archive({"t.csv": (changed, method, extra)}))
    with pytest.raises(ProtectedFileError):
        readings.unlock(path, tmp_path / "opened", SECRET)
    readings.close()


def test_what_is_not_protected_or_broken_is_told(readings: Readings, tmp_path: Path) -> None:
    """No password fits a plain archive, and a broken one is said to be broken."""
    (tmp_path / "plain.ods").write_bytes(SHEET)
    (tmp_path / "cut.ods").write_bytes(document()[:-40])
    for name in ("plain.ods", "cut.ods"):
        with pytest.raises(DamagedFileError):
            readings.unlock(tmp_path / name, tmp_path / "opened", SECRET)
        assert not (tmp_path / "opened").exists()
    readings.close()
