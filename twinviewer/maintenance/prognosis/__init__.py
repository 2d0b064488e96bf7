"""Prognosis: how long a machine will last, how sure that is, and why."""
