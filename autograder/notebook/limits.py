"""What one submission may use while it is graded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use while it is graded.

    docs/course-format.md says the same to instructors, who set these in course.toml.

    Attributes
    ----------
    cell_seconds
        One cell may run so long, in seconds of the notebook's own (`execution/own_time.py`).
    notebook_seconds
        All cells of the course in one notebook together; the cells that a student added have as much again.
    output_bytes
        Output of one cell that is kept.
    submission_bytes
        One notebook without its outputs, and all files beside the notebooks together.
    memory_bytes
        Address space of one process; in the sandbox also what all processes of a notebook hold together.
    scratch_bytes
        The size of one file; in the sandbox also of the working folder as a whole, and likewise of `/tmp`.
    processes
        Processes and threads at a time, in the sandbox only: a kernel alone has about twenty.
    open_files
        Files and sockets of one process; in the sandbox also the sockets of all processes of a kernel together.
    cpu_seconds
        Processor time of one process; in the sandbox also of all processes that a kernel ever starts, together.
    """

    cell_seconds: int = 60
    notebook_seconds: int = 300
    output_bytes: int = 1_000_000
    submission_bytes: int = 20_000_000
    memory_bytes: int = 4_000_000_000
    scratch_bytes: int = 200_000_000
    processes: int = 128
    open_files: int = 256
    cpu_seconds: int = 600

    @property
    def file_bytes(self) -> int:
        """How much is read at all, in the hope that only the outputs, which are dropped, are large."""
        return 5 * self.submission_bytes

    @property
    def notebook_output_bytes(self) -> int:
        """How much output of all cells of a notebook is kept, and again of all its tests."""
        return 20 * self.output_bytes
