"""Scene files: from what a person writes and a CAD exporter wrote to assets, tags and triangles."""
