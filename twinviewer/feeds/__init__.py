"""Live sources: each module with `SCHEMES` and `run` is one; what they share lies in `source` and `options`."""
