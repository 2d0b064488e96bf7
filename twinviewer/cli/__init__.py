"""One module = one command. Each has HELP, add_arguments(parser) and run(args) -> exit code."""
