"""The glTF 2.0 reader: container, accessors, compression, materials, hierarchy, and their union into one Geometry."""
