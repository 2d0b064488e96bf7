"""Indicators after ISO 22400-2, energy and carbon, with their formulas and inputs."""
