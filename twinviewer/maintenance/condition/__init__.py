"""Condition: what a machine shows today, against its limits and its own baseline."""
