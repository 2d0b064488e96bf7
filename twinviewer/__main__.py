"""The command line: finds the command, runs it, and turns errors into sentences and exit codes."""

import argparse
import ast
import importlib
import importlib.util
import json
import sys
from pathlib import Path

from twinviewer import __version__, discovery
from twinviewer.model.errors import TwinError

EXIT_FINDINGS, EXIT_UNREADABLE, EXIT_INTERRUPTED = 1, 2, 130


def help_of(name: str) -> str:
    """The HELP constant of a command, read from its source without importing the command."""
    spec = importlib.util.find_spec(f"twinviewer.cli.{name}")
    assert spec is not None
    assert spec.origin is not None
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "HELP" for t in node.targets):
            return str(ast.literal_eval(node.value))
    return ""


def command_names() -> dict[str, str]:
    """Command names as typed -> module names; a trailing "_" keeps a module name from being a Python keyword."""
    return {name.rstrip("_").replace("_", "-"): name for name in discovery.names_of("twinviewer.cli")}


def build_parser(argv: list[str]) -> argparse.ArgumentParser:
    """A parser with every command, or with that one alone which `argv` begins with; only the one that is asked for
    is imported."""
    parser = argparse.ArgumentParser(prog="twinviewer", description="A desktop visual twin of a factory.")
    parser.add_argument("--version", action="version", version=f"twinviewer {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    asked = next((a for a in argv if not a.startswith("-")), "")
    known = command_names()
    if argv and argv[0] in known:  # nobody will be told of the others, whose help takes long to find
        known = {asked: known[asked]}
    for typed, name in known.items():
        sub = commands.add_parser(typed, help=help_of(name), description=help_of(name))
        if typed == asked:
            module = importlib.import_module(f"twinviewer.cli.{name}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Without a command the window opens.

    What a command cannot do is said on stderr, and where it was asked for JSON also there, as {"error": {…}}.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if not argv:
        argv = ["open"]
    args = build_parser(argv).parse_args(argv)
    try:
        return int(args.run(args))
    except TwinError as error:
        print(f"twinviewer: {error}", file=sys.stderr)
        if getattr(args, "json", False):
            told = {"text": error.text, "where": error.where, "remedy": error.remedy}
            print(json.dumps({"error": told}, ensure_ascii=False))
        return EXIT_UNREADABLE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
