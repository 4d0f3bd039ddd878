"""The error of everything that has to do with data sets."""


class DataError(Exception):
    """A data set is missing, broken, unknown or cannot be fetched.

    Parameters
    ----------
    message
        What is wrong, with the file or the value concerned.
    hint
        What to do next, or None.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\n{hint}")
        self.message = message
        self.hint = hint

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback: the reader's mistake is not in our code.
        return [f"DataError: {self}"]
