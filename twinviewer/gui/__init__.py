"""The window: menus, docks, theme, the bridge from tick to Qt, jobs, notices and the command palette."""
