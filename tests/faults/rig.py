"""A separate place for grading a class: disk, scratch folder, database, and the coordinator as users start it."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import class_of_students
import postgresql
from dask_cluster import DaskCluster
from process_tree import left_behind
from snapshots import Snapshot

from autograder.course.workspace import Workspace

DISK_BYTES, SCRATCH_BYTES = 64_000_000, 16_000_000
SHARED_MEMORY = Path("/dev/shm")
RUN_SECONDS = 240  # an undisturbed run takes a tenth of this
END_SECONDS = 20  # for the processes of an ended coordinator to end, too


class Rig:
    """Grades one class in `folder`. With `mounts`, its disk and scratch folder are small file systems.

    With a `server`, the gradebook is in its database "class". With `dask`, notebooks run on a cluster.
    """

    def __init__(self, folder: Path, seed: int, mounts: bool, server: postgresql.Server | None, dask: bool):
        self.folder, self.server = folder, server
        self.random = random.Random(seed)
        self.disk, self.scratch, self.prepared = folder / "disk", folder / "scratch", folder / "prepared"
        self.disk.mkdir()
        self.scratch.mkdir()
        self.mounted = [self.disk, self.scratch] if mounts else []
        for place, size in zip(self.mounted, (DISK_BYTES, SCRATCH_BYTES), strict=False):
            mount(place, size)
        self.cluster = DaskCluster(folder / "cluster", self.scratch) if dask else None
        self.coordinator: subprocess.Popen | None = None
        self.hit: dict[int, float] = {}  # worker's process id -> time of the last kill below it

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.disk / "workspace")

    def prepare(self, students: int) -> None:
        """Make the class, and keep a copy for `fresh`."""
        if self.cluster:
            self.cluster.start()
        db = None
        if self.server:
            self.server.sql('CREATE DATABASE "class"')
            db = self.server.url("class")
        class_of_students.make(self.disk, students, lambda workspace: self.undisturbed(), db)
        shutil.copytree(self.disk, self.prepared, symlinks=True)
        if self.server:
            self.server.sql('ALTER DATABASE "class" RENAME TO prepared')
            self.server.sql('CREATE DATABASE "class" TEMPLATE prepared')
        self.before = Snapshot(self.workspace)

    def fresh(self) -> None:
        """Restore the class as it was prepared, and start a new cluster."""
        self.end_cluster()
        if self.cluster:
            self.cluster.start()
        for entry in self.disk.iterdir():
            shutil.rmtree(entry)
        shutil.copytree(self.prepared, self.disk, symlinks=True, dirs_exist_ok=True)
        if self.server:
            self.server.sql('DROP DATABASE "class" WITH (FORCE)')
            self.server.sql('CREATE DATABASE "class" TEMPLATE prepared')

    def start(self, workers: int = 2) -> None:
        """Start `cs231n grade` in a new process group."""
        command = [Path(sys.executable).with_name("cs231n"), "-C", self.disk / "workspace", "grade", "sums", "--json"]
        command += ["--scheduler", self.cluster.address] if self.cluster else ["--workers", str(workers)]
        self.said = self.folder / "said"
        with open(self.said, "w") as said:
            self.coordinator = subprocess.Popen(
                command,
                env={**os.environ, "TMPDIR": str(self.scratch), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                process_group=0,
            )

    def finish(self) -> int:
        """Wait for the coordinator to end. Returns its exit code."""
        try:
            return self.coordinator.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self.coordinator.kill()
            self.coordinator.wait()
            raise RuntimeError(f"the coordinator did not end within {RUN_SECONDS} s") from None

    def undisturbed(self) -> Snapshot:
        """Grade without faults. One worker is enough: the results do not depend on how many there are."""
        self.start(workers=1)
        if code := self.finish():
            raise RuntimeError(f"an undisturbed run ended with exit code {code}:\n{self.said.read_text()}")
        if orphans := self.orphans():
            raise RuntimeError(f"an undisturbed run left processes: {orphans}")
        return Snapshot(self.workspace)

    def orphans(self) -> list[str]:
        """Kill the processes that this run has left, and describe them."""
        ours = {*([self.server.process.pid] if self.server else ()), *(self.cluster.pids if self.cluster else ())}
        found = left_behind(ours, END_SECONDS)
        for process in found:
            process.kill()
        left_behind(ours, 5)
        return [f"{process.pid} (of {process.parent}) {process.command or process.name}" for process in found]

    def end_cluster(self) -> None:
        if self.cluster:
            self.cluster.stop()

    def leftovers(self) -> list[str]:
        """Files left in the scratch folder, and in shared memory if this rig has its own."""
        places = (self.scratch, SHARED_MEMORY) if self.mounted else (self.scratch,)
        found = [path for place in places for path in place.rglob("*")]
        return [str(path) for path in found if not path.name.startswith("PostgreSQL.")]  # the server's files

    def failures(self) -> list[str]:
        """The failed submissions that the last run reported, with reasons."""
        found = []
        for line in self.said.read_text().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("status") == "failed":
                found.append(f"{event.get('student')}: {'; '.join(event.get('reasons', []))[:200]}")
        return found

    def close(self) -> None:
        if self.coordinator and self.coordinator.poll() is None:
            self.coordinator.kill()
            self.coordinator.wait()
        self.end_cluster()
        self.orphans()
        for place in self.mounted:
            subprocess.run(["umount", "--lazy", place], check=True)


def mount(place: Path, size: int) -> None:
    """Mount an empty file system of this size, in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", place], check=True)


def wait(coordinator: subprocess.Popen, seconds: float) -> bool:
    """Wait up to `seconds` for the coordinator to end. Returns whether it still runs."""
    end = time.monotonic() + seconds
    while coordinator.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return coordinator.poll() is None
