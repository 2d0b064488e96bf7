"""Waveforms of vibration: features of one, and the samples that are worked out of those that a server sends."""
