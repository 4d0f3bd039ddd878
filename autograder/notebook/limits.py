"""What one submission may use while it is graded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use while it is graded."""

    cell_seconds: int = 60
    notebook_seconds: int = 300
    output_bytes: int = 1_000_000
    submission_bytes: int = 20_000_000
    memory_bytes: int = 4_000_000_000
    scratch_bytes: int = 200_000_000
    processes: int = 128  # and threads, in the sandbox only: a kernel alone has about twenty
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
