"""Sets twinviewer up from a bare machine with Python's standard library alone."""
