"""One module = one kind of machine; each builds it in its own coordinates, origin on the floor, front to -Y."""
