"""From tag table and scene to the state of every asset, and the life cycle of alarms."""
