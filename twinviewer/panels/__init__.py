"""Side panels of the window, one module each: Qt without VTK."""
