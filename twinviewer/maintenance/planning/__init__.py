"""The plan: which crew does which job when, at the least expected cost."""
