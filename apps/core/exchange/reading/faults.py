"""What ends the reading of a file."""
from typing import Any


class Broken(Exception):
    """The file cannot be read from this line on: a code for machines, a message for people."""

    def __init__(self, line: int, code: str, message: Any, column: str = "") -> None:
        super().__init__(line, code, message)
        self.line, self.code, self.message, self.column = line, code, message, column
