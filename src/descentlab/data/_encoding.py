"""Decoding of text files whose encoding is named, marked, or recognised from their bytes."""

import codecs

from descentlab.core import DataError

START_BYTES = 65_536
CONTROL_BYTES = bytes(sorted(set(range(32)) - {9, 10, 12, 13, 27}))

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

NOT_WINDOWS_1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
"""Bytes that stand for no character in Windows-1252."""


END_OF_FILE = b"\x1a"
"""What DOS put at the end of a text."""

SOME = 0.1
"""Share of characters that are digits, delimiters or Latin letters in any table."""


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, list[str]]:
    """Turn the bytes of a file into text.

    Args:
        data: All bytes of the file.
        name: Name of the file.
        encoding: Name of the encoding, as Python knows it; None to recognise it.

    Returns:
        The text without a byte order mark, and notes on a guess.

    Raises:
        DataError: If the bytes are not text, or not in the encoding that is named.
    """
    text, notes = (_decode_as(data, name, encoding), []) if encoding is not None else _recognised(data, name)
    text = text.rstrip(END_OF_FILE.decode())
    if "\0" in text:
        raise DataError(f"{name} holds null characters, which no table has: it is damaged, or in another encoding")
    return text, notes


def _recognised(data: bytes, name: str) -> tuple[str, list[str]]:
    marked = next((mark_encoding for mark, mark_encoding in MARKS if data.startswith(mark)), None)
    if marked is not None:
        return data.decode(marked, errors="replace"), []
    wide = _unmarked_utf16(data[:START_BYTES])
    if wide is not None:
        text = data.decode(wide, errors="replace")
        return text, [f"{name} has no byte order mark and was read as {wide.upper()}."]
    if b"\0" in data or is_binary(data.rstrip(END_OF_FILE)):
        raise DataError(f"{name} holds binary data, not text: expected a table such as CSV")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return data.decode("cp1252", errors="replace"), [_guess(data, name, error.start)]


def is_binary(data: bytes) -> bool:
    """Return whether the start of a file holds many characters that no text has."""
    start = data[:START_BYTES]
    return len(start.translate(None, CONTROL_BYTES)) < 0.99 * len(start)


def _guess(data: bytes, name: str, place: int) -> str:
    is_impossible = len(data.translate(None, NOT_WINDOWS_1252)) < len(data)
    doubt = ", though some bytes do not fit it" if is_impossible else ""
    return (
        f"{name} is not UTF-8 (byte {place:,}) and was read as Windows-1252{doubt}. If letters look wrong, name the "
        "encoding by --encoding, as --encoding cp1251."
    )


def _decode_as(data: bytes, name: str, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
        text = data.decode(encoding)
    except LookupError:  # unknown, or no encoding of text
        raise DataError(
            f"encoding={encoding[:40]!r} is not known: use a name such as utf-8, utf-16, cp1252, latin-1 or shift_jis"
        ) from None
    except ValueError as error:
        place = getattr(error, "start", 0)
        raise DataError(
            f"{name} is not text in {encoding} (byte {place:,}): name another encoding, or leave it out to have it "
            "recognised"
        ) from None
    return text.removeprefix("\ufeff")


def _unmarked_utf16(start: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every second byte of a table's digits and delimiters is zero."""
    half = len(start) // 2
    if half < 2 or len(start) % 2:
        return None
    high_last, high_first = start[1::2].count(0), start[::2].count(0)
    if high_last > SOME * half and high_first == 0:
        return "utf-16-le"
    if high_first > SOME * half and high_last == 0:
        return "utf-16-be"
    return None
