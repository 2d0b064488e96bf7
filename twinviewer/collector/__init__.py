"""The process that owns the connection to the plant: feed, tag table, alarms, control of windows."""
