"""Opens a protected OpenDocument spreadsheet, and a zip archive with protected members, with its password.

Used by `unlocking`, in a process of its own. What comes out is an archive of the same files without protection.
The arithmetic is that of `cryptography` and the standard library; only what the formats say about it is here.
"""

import bz2
import hashlib
import hmac
import io
import lzma
import struct
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from analysis.readings.containers import ZIP_ERRORS, ZIP_UNKNOWN
from analysis.readings.packed.streams import Limits
from core.errors import DamagedFileError, ProtectedFileError
from core.i18n import _

MANIFEST: Final = "META-INF/manifest.xml"
_PLAIN_MANIFEST: Final = '<?xml version="1.0" encoding="UTF-8"?><manifest/>'
_WHOLE: Final = "encrypted-package"
_LOCKED: Final = 1
_WINZIP_AES: Final = 99
_WINZIP_EXTRA: Final = 0x9901
_ENCODINGS: Final = ("utf-8", "cp1252", "cp437")
"""Nobody says in which of them a password was typed."""
_LZMA_HEAD: Final = 9
_BLOCK: Final = 16
_PIECE: Final = 1 << 16
_CHECKED: Final = 1024
_MOST_DICTIONARY: Final = 1 << 28
"""More than any member that may come out needs; a file that claims more gets no more memory."""


class WrongPasswordError(Exception):
    """The password is another one; for whoever called."""


class _OtherKindError(Exception):
    """It is protected in a way that is not known here; which one is for whoever debugs it."""


def unlock_archive(path: Path, target: Path, password: str, *, name: str, limit_mib: int) -> None:
    """Write an archive without its protection.

    Args:
        path: The file.
        target: Written anew.
        password: What the person gave.
        name: What the file is called.
        limit_mib: Most that may come out.

    Raises:
        WrongPasswordError: it is.
        ProtectedFileError: the protection is of another kind.
        DamagedFileError, FileTooLargeError: the file is broken, or made to do harm.
    """
    limits = Limits(name, path.stat().st_size, limit_mib)
    try:
        with zipfile.ZipFile(path) as archive:
            limits.check(sum(info.file_size for info in archive.infolist()))
            told = _told(archive)
            if told:
                _unlock_document(archive, told, target, password, limits)
            elif any(info.flag_bits & _LOCKED for info in archive.infolist()):
                _unlock_members(path, archive, target, password, name)
            else:
                raise DamagedFileError(name, _("is not protected by a password."))
    except (_OtherKindError, ZIP_UNKNOWN) as error:
        raise _other_kind(name) from error
    except (*ZIP_ERRORS, expat.ExpatError, struct.error, KeyError) as error:
        raise DamagedFileError(name, _("is protected by a password, and broken.")) from error


def _other_kind(name: str) -> ProtectedFileError:
    return ProtectedFileError(
        name,
        _("is protected in a way that Bestand cannot open."),
        hint=_("Open it where it was written, save a copy without the password, and import that."),
    )


# ---- OpenDocument -----------------------------------------------------------------------------------------

_Told = dict[str, dict[str, str]]


def _told(archive: zipfile.ZipFile) -> _Told:
    """Return what the manifest says of each protected file, by its path: attributes by name without a prefix."""
    if MANIFEST not in archive.namelist():
        return {}
    found: _Told = {}
    entry: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal entry
        kind = tag.rpartition(":")[2]
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if kind == "file-entry":
            entry = plain
        elif kind == "encryption-data":
            found[entry.get("full-path", "")] = entry
        entry.update({f"{kind}.{key}": value for key, value in plain.items()})

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(archive.read(MANIFEST), True)  # noqa: FBT003 - the library takes no name here
    return found


def _unlock_document(archive: zipfile.ZipFile, told: _Told, target: Path, password: str, limits: Limits) -> None:
    if _WHOLE in told:
        target.write_bytes(_opened(archive.read(_WHOLE), told[_WHOLE], password, limits))
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for info in archive.infolist():
            data = archive.read(info)
            if info.filename in told:
                data = _opened(data, told[info.filename], password, limits)
            out.writestr(info.filename, _PLAIN_MANIFEST if info.filename == MANIFEST else data)


def _opened(data: bytes, told: dict[str, str], password: str, limits: Limits) -> bytes:
    """Return one file of a document.

    Source:
        OpenDocument 1.3 part 2, 3.8 and 4.8; the program's own additions for a whole package (AES-GCM, Argon2id).
    """
    key, first = _document_key(told, password), b64decode(told["algorithm.initialisation-vector"])
    method = told["algorithm.algorithm-name"].rpartition("#")[2]
    if method == "aes256-gcm":
        body = data.removeprefix(first)
        try:
            plain = AESGCM(key).decrypt(first, body, None)
        except InvalidTag as error:
            raise WrongPasswordError from error
    elif method == "Blowfish CFB":  # documents of before 2012, and those saved as OpenDocument 1.1 today
        decryptor = Cipher(Blowfish(key), CFB(first)).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        _check(plain, plain, told)
    elif method in ("aes256-cbc", "aes192-cbc", "aes128-cbc"):
        decryptor = Cipher(AES(key), CBC(first)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        plain = padded[: -padded[-1]] if padded and 1 <= padded[-1] <= _BLOCK else padded
        _check(plain, padded, told)
    else:
        raise _OtherKindError(method)
    if plain.startswith(b"PK\x03\x04"):
        return plain
    return _inflated(plain, limits)


def _document_key(told: dict[str, str], password: str) -> bytes:
    start = told.get("start-key-generation.start-key-generation-name", "SHA1").rpartition("#")[2].lower()
    if start not in ("sha1", "sha256"):
        raise _OtherKindError(start)
    secret = hashlib.new(start, password.encode()).digest()
    salt = b64decode(told["key-derivation.salt"])
    length = int(told.get("key-derivation.key-size", "16"))
    if told["key-derivation.key-derivation-name"].rpartition(":")[2].rpartition("#")[2] == "argon2id":
        rounds, memory, lanes = (
            int(told[f"key-derivation.argon2-{part}"]) for part in ("iterations", "memory", "lanes")
        )
        return Argon2id(salt=salt, length=length, iterations=rounds, lanes=lanes, memory_cost=memory).derive(
            secret
        )
    rounds = int(told["key-derivation.iteration-count"])
    return hashlib.pbkdf2_hmac("sha1", secret, salt, rounds, length)


def _check(plain: bytes, padded: bytes, told: dict[str, str]) -> None:
    """Compare with the digest of the beginning, which stands in the clear; programs differ about the padding."""
    kind = told.get("encryption-data.checksum-type", "").rpartition("#")[2].lower()
    wanted = b64decode(told.get("encryption-data.checksum", ""))
    digest = hashlib.sha256 if kind.startswith("sha256") else hashlib.sha1
    if wanted and wanted not in (digest(plain[:_CHECKED]).digest(), digest(padded[:_CHECKED]).digest()):
        raise WrongPasswordError


def _inflated(data: bytes, limits: Limits) -> bytes:
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    most = limits.limit_mib << 20
    found = decompressor.decompress(data, most)
    limits.check(len(found) + (1 if decompressor.unconsumed_tail else 0))
    return found


# ---- members ----------------------------------------------------------------------------------------------


def _unlock_members(path: Path, archive: zipfile.ZipFile, target: Path, password: str, name: str) -> None:
    words = _passwords(password)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, path.open("rb") as file:
        for info in archive.infolist():
            if info.is_dir():
                continue
            with out.open(zipfile.ZipInfo(info.filename), "w", force_zip64=True) as member:
                for piece in _pieces(file, archive, info, words):
                    member.write(piece)
    if not zipfile.is_zipfile(target):
        raise DamagedFileError(name, _("is protected by a password, and broken."))


def _passwords(password: str) -> list[bytes]:
    found = []
    for encoding in _ENCODINGS:
        try:
            found.append(password.encode(encoding))
        except UnicodeEncodeError:
            continue
    return list(dict.fromkeys(found))


def _pieces(
    file: io.BufferedReader, archive: zipfile.ZipFile, info: zipfile.ZipInfo, words: Sequence[bytes]
) -> Iterator[bytes]:
    """Yield what is in a member."""
    if not info.flag_bits & _LOCKED:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                yield piece
        return
    for word in words:
        try:
            if info.compress_type == _WINZIP_AES:
                yield _winzip(file, info, word)
            else:
                yield archive.read(info, pwd=word)
        except ZIP_UNKNOWN:
            raise
        except (WrongPasswordError, RuntimeError, zipfile.BadZipFile, zlib.error):
            continue  # the old protection tells a wrong password only by what comes out of it
        return
    raise WrongPasswordError


def _winzip(file: io.BufferedReader, info: zipfile.ZipInfo, word: bytes) -> bytes:
    """Return a member protected by AES.

    Source:
        WinZip, AES Encryption Information: Encryption Specification AE-1 and AE-2.
    """
    strength, packing = _winzip_extra(info.extra)
    key_size = 8 + 8 * strength
    file.seek(info.header_offset)
    header = struct.unpack("<4s5H3I2H", file.read(30))
    file.seek(header[-2] + header[-1], io.SEEK_CUR)
    data = file.read(info.compress_size)
    salt, check, body, seal = (
        data[: key_size // 2],
        data[key_size // 2 :][:2],
        data[key_size // 2 + 2 : -10],
        data[-10:],
    )
    keys = hashlib.pbkdf2_hmac("sha1", word, salt, 1000, 2 * key_size + 2)
    if keys[-2:] != check:
        raise WrongPasswordError
    if not hmac.compare_digest(hmac.new(keys[key_size : 2 * key_size], body, "sha1").digest()[:10], seal):
        raise WrongPasswordError
    return _unpacked(_counted(keys[:key_size], body), packing, info.file_size)


def _unpacked(packed: bytes, packing: int, size: int) -> bytes:
    """Return a member's bytes, no more than it says it has."""
    if packing == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
    if packing == zipfile.ZIP_STORED:
        return packed
    if packing == zipfile.ZIP_BZIP2:
        return bz2.BZ2Decompressor().decompress(packed, size)
    if packing == zipfile.ZIP_LZMA:
        return _of_lzma(packed, size)
    raise _OtherKindError(packing)


def _of_lzma(packed: bytes, size: int) -> bytes:
    """Return what LZMA packed.

    Source:
        PKWARE, APPNOTE 5.8.8: two bytes of version, two of length, then properties (1) and dictionary size (4).
    """
    properties, dictionary = struct.unpack("<BI", packed[4:_LZMA_HEAD])
    rest, literal_context = divmod(properties, 9)
    position, literal_position = divmod(rest, 5)
    how = {
        "id": lzma.FILTER_LZMA1, "lc": literal_context, "lp": literal_position, "pb": position,
        "dict_size": min(dictionary, _MOST_DICTIONARY),
    }  # fmt: skip
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[how]).decompress(packed[_LZMA_HEAD:], size)
    except lzma.LZMAError as error:
        raise zlib.error(str(error)) from error  # what the other ways to pack raise over broken bytes


def _winzip_extra(extra: bytes) -> tuple[int, int]:
    """Return how long the key is (1, 2, 3: 16, 24, 32 bytes), and how the member is packed."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _WINZIP_EXTRA and size >= 7:
            _version, _vendor, strength, packing = struct.unpack_from("<H2sBH", extra, at + 4)
            if strength in (1, 2, 3):
                return strength, packing
        at += 4 + size
    raise _OtherKindError  # it says AES, and not of which kind


def _counted(key: bytes, body: bytes) -> bytes:
    """Return what AES in counter mode hides; the counter's lowest byte comes first, which no library offers."""
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - one block each, made into a stream below
    out = bytearray()
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        blocks = range(start // _BLOCK + 1, (start + len(piece) - 1) // _BLOCK + 2)
        stream = encryptor.update(b"".join(number.to_bytes(_BLOCK, "little") for number in blocks))[: len(piece)]
        hidden = int.from_bytes(piece, "little") ^ int.from_bytes(stream, "little")
        out += hidden.to_bytes(len(piece), "little")
    return bytes(out)
