"""twinviewer: a desktop visual twin of a factory, for people who must decide."""

__version__ = "0.1.0"
