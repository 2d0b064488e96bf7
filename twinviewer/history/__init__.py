"""What was: the recorder, its store, reading back, capsules and comparison."""
