"""Values to try, as a person types them: `1e-4:1:24`, `0:0.9:4:lin` or `0.1,0.3,1`."""

import math
from typing import Literal

from descentlab.core import SpecError

Scale = Literal["log", "lin"]
MAX_VALUES = 1_000_000


def parse_range(text: str, *, name: str, scale: Scale = "log") -> tuple[float, ...]:
    """Read numbers from `LOW:HIGH:COUNT`, with `:log` or `:lin` behind it, or from a list with commas.

    Args:
        text: What a person typed.
        name: What the numbers are, for error messages.
        scale: Whether the steps between the ends are equal factors or equal differences, where the text does not say.

    Returns:
        The numbers. Of a range they rise, and its ends are exact.

    Raises:
        SpecError: If it is no range, is reversed, has no members, or begins at 0 on a logarithmic scale.

    Example:
        >>> parse_range("0.01:1:3", name="learning_rate")
        (0.01, 0.1, 1.0)
        >>> parse_range("0:0.9:4:lin", name="momentum")
        (0.0, 0.3, 0.6, 0.9)
    """
    if ":" not in text:
        return tuple(_number(word, text, name) for word in _words(text, name))
    parts = [part.strip() for part in text.split(":")]
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] not in ("log", "lin")):
        raise SpecError(f"{name}={text}: expected LOW:HIGH:COUNT, as 1e-4:1:24, with :lin behind it for equal steps")
    low, high = _number(parts[0], text, name), _number(parts[1], text, name)
    count = _count(parts[2], text, name)
    steps = parts[3] if len(parts) == 4 else scale
    if count == 1 and low != high:
        raise SpecError(f"{name}={text}: a range of 1 value has one end only; give 2 or more, or the value itself")
    if high < low or (high == low and count > 1):
        raise SpecError(
            f"{name}={text}: the range is reversed or empty; write the lower end first, as {high:g}:{low:g}:{count}"
        )
    if count == 1:
        return (low,)
    if steps == "log" and low <= 0.0:
        raise SpecError(f"{name}={text}: equal factors cannot begin at {low:g}; begin above 0, or add :lin")
    if steps == "log":
        between = [math.exp(math.log(low) + k / (count - 1) * math.log(high / low)) for k in range(1, count - 1)]
    else:
        between = [low + k / (count - 1) * (high - low) for k in range(1, count - 1)]
    # Twelve digits are more than anyone types, and make 0.1 of what is 0.09999999999999998.
    return (low, *(float(f"{value:.12g}") for value in between), high)


def parse_values(text: str, *, name: str, scale: Scale = "lin") -> tuple[float | int | str, ...]:
    """Read values of any kind: a range of numbers, or a list with commas of numbers or words.

    Args:
        text: What a person typed.
        name: What the values are, for error messages.
        scale: See `parse_range`.

    Returns:
        The values; whole numbers stay whole.

    Raises:
        SpecError: As `parse_range`.

    Example:
        >>> parse_values("relu,tanh", name="activation")
        ('relu', 'tanh')
        >>> parse_values("8,16", name="width")
        (8, 16)
    """
    if ":" in text:
        return parse_range(text, name=name, scale=scale)
    return tuple(_value(word) for word in _words(text, name))


def _words(text: str, name: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise SpecError(f"{name}={text}: there are no values; give LOW:HIGH:COUNT, or a list as 0.01,0.1,1")
    return words


def _value(word: str) -> float | int | str:
    try:
        return int(word)
    except ValueError:
        pass
    try:
        number = float(word)
    except ValueError:
        return word
    return number if math.isfinite(number) else word


def _number(word: str, text: str, name: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise SpecError(f"{name}={text}: '{word[:40]}' is not a number") from None
    if not math.isfinite(number):
        raise SpecError(f"{name}={text}: '{word}' is not a finite number")
    return number


def _count(word: str, text: str, name: str) -> int:
    try:
        count = int(word)
    except ValueError:
        raise SpecError(f"{name}={text}: '{word[:40]}' is not a count; expected LOW:HIGH:COUNT, as 1e-4:1:24") from None
    if count < 1:
        raise SpecError(f"{name}={text}: a range of {count} values has no members; give 2 or more")
    if count > MAX_VALUES:
        raise SpecError(f"{name}={text}: {count:,} values are too many; at most {MAX_VALUES:,}")
    return count
