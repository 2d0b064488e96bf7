"""The side panels, each run alone on frames made here."""
