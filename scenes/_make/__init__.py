"""Makes the geometry of the shipped scenes from parametric machine parts: `python -m scenes._make`."""
