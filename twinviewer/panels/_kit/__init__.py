"""What every panel and the window draw with: symbols, style, icons, small widgets and the action registry."""

from twinviewer.panels._kit.imports import leave_sources_alone

leave_sources_alone()
