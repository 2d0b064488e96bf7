"""Numbers and times as the what-if panel writes them."""


def number(value: float, digits: int) -> str:
    """A number as a person reads it: thousands apart, a real minus."""
    if value != value:
        return "–"
    text = f"{value:,.{digits}f}".replace(",", "\u202f").replace("-", "−")
    return text[1:] if text.startswith("−") and not text.strip("−0.\u202f") else text


def signed(value: float, digits: int) -> str:
    """As `number`, with its sign."""
    text = number(value, digits)
    return text if text.startswith(("−", "–")) or not text.strip("0.\u202f") else f"+{text}"


def span(seconds: float) -> str:
    """A length of time in hours, or days where it is whole days."""
    hours = seconds / 3600.0
    return f"{hours / 24:g} d" if hours >= 48 and hours % 24 == 0 else f"{hours:g} h"
