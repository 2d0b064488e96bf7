"""One module = one foreign description of a twin: `TITLE`, `matches(path, data) -> bool` and
`read(path, data) -> list[ImportedScene]`. `data` is the parsed JSON, None where the file is none."""
