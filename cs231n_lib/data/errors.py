"""The error that the functions for data sets raise."""


class DataError(Exception):
    """A data set is missing, damaged or unknown, or cannot be fetched.

    Parameters
    ----------
    message
        What is wrong, and in which file or value.
    hint
        What to do next, or None.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\n{hint}")
        self.message = message
        self.hint = hint

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, since the cause is not in the library's code
        return [f"DataError: {self}"]
