"""Grade a class while the coordinator, workers, kernels, judges, the database and the disk fail at random moments.

    python tests/faults/run.py --faults 100

Each class is graded again and again, with faults, until a run reports no failure. Then the gradebook and the files must
equal those of an undisturbed run, and no process and no temporary file may be left. After every run, everything
recorded so far must be right. The exit code is 1 if something was wrong.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from autograder.execution import sandbox

sys.path.insert(0, str(Path(__file__).parents[1] / "autograder"))  # for postgresql.py

import postgresql
from kinds import KINDS, ON_DASK, ON_MOUNTS, ON_POSTGRESQL
from process_tree import adopt_orphans
from rig import SCRATCH_BYTES, SHARED_MEMORY, Rig, mount, wait
from snapshots import Snapshot

OWN_MOUNTS = "CS231N_FAULTS_OWN_MOUNTS"
# setup -> the faults that are impossible in it
NOT_ON = {"sqlite": (*ON_DASK, *ON_POSTGRESQL), "postgresql": ON_DASK, "dask": (*ON_POSTGRESQL, "worker")}
SETUPS = tuple(NOT_ON)
MOST_LINES = 60
PAUSE, PAUSE_PER_STUDENT = 2.0, 0.06  # seconds, at most, before each fault
PATIENCE = 40.0  # seconds, at most, until a kind of fault has something to disturb


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--faults", type=int, default=100, help="how many, in all (default: 100)")
    parser.add_argument("--students", type=int, default=50, help="in the class (default: 50)")
    parser.add_argument("--seed", type=int, default=None, help="of all that is random (default: another each time)")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these faults; may be repeated")
    parser.add_argument("--setup", choices=SETUPS, action="append", help="may be repeated (default: all of them)")
    parser.add_argument("--hurry", action="store_true", help="do not check that two undisturbed runs end the same")
    options = parser.parse_args()
    if why_not := sandbox.missing():
        raise why_not
    mounts = _own_mounts()
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    seed = options.seed if options.seed is not None else random.randrange(10**6)
    setups = options.setup or list(SETUPS)
    if "postgresql" in setups and not postgresql.program("postgres"):
        print(postgresql.MISSING)
        setups.remove("postgresql")
    wanted = options.kind or list(KINDS)
    if not mounts:
        print(f"not run: {', '.join(ON_MOUNTS)}: only root may mount the small disks that they need")
        wanted = [kind for kind in wanted if kind not in ON_MOUNTS]
    setups = [setup for setup in setups if not set(wanted) <= set(NOT_ON[setup])]
    print(f"seed {seed}; {options.students} students; {', '.join(setups)}", flush=True)
    dealt, wrong = Counter(), []
    os.environ["PGPASSWORD"] = postgresql.PASSWORD
    for number, setup in enumerate(setups):
        share = options.faults // len(setups) + (number < options.faults % len(setups))
        kinds = [kind for kind in wanted if kind not in NOT_ON[setup]]
        folder = Path(tempfile.mkdtemp(prefix="faults-"))
        os.chmod(folder, 0o755)
        try:
            wrong += _on(setup, folder, seed + number, mounts, options.students, options.hurry, kinds, share, dealt)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{sum(dealt.values())} faults: " + ", ".join(f"{n} {kind}" for kind, n in sorted(dealt.items())))
    print(f"{len(wrong)} things wrong" if wrong else "nothing wrong")
    for line in wrong[:MOST_LINES]:
        print(f"  {line}")
    return 1 if wrong or sum(dealt.values()) < options.faults else 0


def _on(setup, folder, seed, mounts, students, hurried, kinds, faults, dealt) -> list[str]:
    """Inflict `faults` faults on classes in one setup. Returns what was wrong."""
    server = None
    if setup == "postgresql":
        (folder / "server").mkdir()
        server = postgresql.Server(folder / "server")
        server.start()
    rig = Rig(folder, seed, mounts, server, dask=setup == "dask")
    try:
        rig.prepare(students)
        start = time.monotonic()
        after = rig.undisturbed()
        print(f"{setup}: undisturbed in {time.monotonic() - start:.1f} s", flush=True)
        rig.fresh()
        wrong = []
        if not hurried:
            wrong += [f"{setup}, two undisturbed runs: {line}" for line in after.differences(rig.undisturbed())]
        rig.end_cluster()
        wrong += [f"{setup}, undisturbed: left {path}" for path in rig.leftovers()]
        deck, classes = _Deck(rig.random, kinds), 0
        while faults > 0 and len(wrong) < MOST_LINES:
            classes += 1
            rig.fresh()
            count, found = _one_class(rig, after, deck, faults, dealt)
            faults -= count
            wrong += [f"{setup}, class {classes}: {line}" for line in found]
            print(
                f"{setup}: class {classes}, {count} faults, {len(found)} things wrong",
                *found,
                sep="\n    ",
                flush=True,
            )
        return wrong
    finally:
        rig.close()
        if server:
            server.end()


class _Deck:
    """Draws kinds of faults at random; each is drawn once before any is drawn again."""

    def __init__(self, chance: random.Random, kinds: list[str]):
        self.random, self.kinds, self.left = chance, kinds, []

    def draw(self) -> str:
        if not self.left:
            self.left = self.random.sample(self.kinds, len(self.kinds))
        return self.left.pop()


def _one_class(rig: Rig, after: Snapshot, deck: _Deck, most: int, dealt: Counter) -> tuple[int, list[str]]:
    """Grade one class with faults until a run reports no failure. Returns the number of faults, and what was wrong."""
    count, wrong, seen, runs = 0, [], [], 0
    pause = PAUSE + PAUSE_PER_STUDENT * len(after.autograded)
    while True:
        runs += 1
        rig.start()
        calm = True
        while count < most and wait(rig.coordinator, rig.random.uniform(0, pause)):
            done = _inflict(rig, deck)
            if done is None:
                break
            calm = False
            kind, what = done
            dealt[kind] += 1
            count += 1
            print(f"  run {runs}: {what}", flush=True)
        code = rig.finish()
        wrong += [f"run {runs} left the process {process}" for process in rig.orphans()]
        said = rig.said.read_text()
        too_early = said.endswith("KeyboardInterrupt\n") and '"event"' not in said  # interrupted while Python started
        if not too_early and (bad := re.search("^Traceback|a bug in the kit", said, re.MULTILINE)):
            wrong.append(f"run {runs} did not say in words what happened: {said[bad.start() :][:3000]}")
        now = Snapshot(rig.workspace)
        found = [line for line in now.meanwhile(rig.before, after) if line not in seen]
        wrong += [f"after run {runs}: {line}" for line in found]
        seen += found
        if calm and code != 0:
            wrong.append(f"run {runs} had no fault and ended with exit code {code}: {rig.failures() or said[-1000:]}")
        if calm:
            break
    wrong += after.differences(now)
    rig.end_cluster()
    wrong += [f"the cluster left the process {process}" for process in rig.orphans()]
    wrong += [f"temporary file: {path}" for path in rig.leftovers()]
    return count, list(dict.fromkeys(wrong))


def _inflict(rig: Rig, deck: _Deck) -> tuple[str, str] | None:
    """Inflict the next fault as soon as it is possible. Returns None if the coordinator ended first."""
    kind, end = deck.draw(), time.monotonic() + PATIENCE
    while rig.coordinator.poll() is None:
        if what := KINDS[kind](rig):
            return kind, what
        if time.monotonic() > end:
            return None
        time.sleep(0.02)
    return None


def _own_mounts() -> bool:
    """Restart this program in its own mount namespace, if that is allowed. Returns whether it is in one."""
    if os.environ.get(OWN_MOUNTS):
        mount(SHARED_MEMORY, SCRATCH_BYTES)
        return True
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    os.environ[OWN_MOUNTS] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


if __name__ == "__main__":
    sys.exit(main())
