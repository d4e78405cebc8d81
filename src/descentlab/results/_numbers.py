"""Numbers and durations written for a reader."""

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def count(value: int) -> str:
    """Write a whole number with commas between thousands."""
    return f"{value:,}"


def counted(num: int, noun: str) -> str:
    """Write how many there are of something.

    Example:
        >>> counted(1, "seed"), counted(1200, "seed")
        ('1 seed', '1,200 seeds')
    """
    return f"{count(num)} {noun}{'' if num == 1 else 's'}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten, such as `10⁻³`."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def number(value: float, *, digits: int = 3) -> str:
    """Write a number with some significant digits; very large and very small numbers get a power of ten.

    Args:
        value: Number to write.
        digits: Number of significant digits.

    Example:
        >>> number(0.12345), number(2.5e-7), number(float("nan"))
        ('0.123', '2.50×10⁻⁷', 'not a number')
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    if not 1e-3 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{_minus(mantissa)}×{power_of_ten(int(exponent))}"
    # Rounded first, so that 9.999 becomes 10.0 and not 10.00.
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return _minus(f"{rounded:,.{decimals}f}")


def fixed(value: float, *, decimals: int = 3) -> str:
    """Write a number with a fixed number of decimals, so that a column lines up; too large or small ones as `number`.

    Args:
        value: Number to write.
        decimals: Number of decimals.
    """
    if not math.isfinite(value) or abs(value) >= 1e6 or 0.0 < abs(value) < 0.5 * 10.0**-decimals:
        return number(value)
    # Adding zero removes the sign of −0.
    return _minus(f"{value + 0.0:,.{decimals}f}")


def seconds(value: float) -> str:
    """Write the wall time of a phase, given in seconds: `85 ms`, `1.42 s`, `3 min 20 s`, `2 h 5 min`."""
    if not math.isfinite(value):
        return number(value)
    if value < 1.0:
        return f"{value * 1000:.0f} ms"
    if value < 60.0:
        return f"{value:.2f} s" if value < 10.0 else f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def duration(value: float) -> str:
    """Write a measured time of any length, given in seconds: `412 ns`, `13.2 µs`, `1.42 s`, `3.20 min`, `12.0 days`.

    Example:
        >>> duration(4.12e-7), duration(190.0)
        ('412 ns', '3.17 min')
    """
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3), ("s", 1.0)):
        if value * factor < (999.5 if unit != "s" else 120.0):
            return f"{number(value * factor)} {unit}"
    for unit, factor in (("min", 60.0), ("h", 3_600.0)):
        if value / factor < 100.0:
            return f"{number(value / factor)} {unit}"
    return f"{number(value / 86_400.0)} days"


def short(text: str, *, length: int = 28) -> str:
    """Shorten a long text by leaving out its middle.

    Args:
        text: Text to shorten.
        length: Largest number of characters.
    """
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return f"{text[:head]}…{text[head - length + 1 :]}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
