"""The 3D picture: VTK without Qt, but for the one module that puts it into a window."""
