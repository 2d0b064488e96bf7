"""What every panel and the window draw with: symbols, style, icons, small widgets and the action registry."""
