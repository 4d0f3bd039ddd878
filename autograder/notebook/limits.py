"""The resources that one submission may use while it is graded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The resources that one submission may use while it is graded.

    Instructors set these in course.toml; docs/course-format.md explains them.

    Attributes
    ----------
    cell_seconds
        How long one cell may run, in seconds of the notebook's own time (`execution/own_time.py`).
    notebook_seconds
        How long all of the course's cells in one notebook may run together; the cells that the student added may run as
        long again.
    output_bytes
        How much of one cell's output is kept.
    submission_bytes
        The size of one notebook without its outputs, and the size of all files beside the notebooks together.
    memory_bytes
        The address space of one process; in the sandbox, also the memory of all processes of a notebook together.
    scratch_bytes
        The size of one file; in the sandbox, also the size of the whole working folder, and likewise of `/tmp`.
    processes
        The number of processes and threads at one time, in the sandbox only. A kernel alone has about twenty.
    open_files
        The number of files and sockets of one process; in the sandbox, also the number of sockets of all processes of a
        kernel together.
    cpu_seconds
        The processor time of one process; in the sandbox, also that of all processes that a kernel ever starts.
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
        """How large a notebook file may be and still be read: its outputs, which are dropped, may be most of it."""
        return 5 * self.submission_bytes

    @property
    def notebook_output_bytes(self) -> int:
        """How much output of all cells of a notebook together is kept; the same amount again is kept of its tests."""
        return 20 * self.output_bytes
