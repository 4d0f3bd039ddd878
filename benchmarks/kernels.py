"""Compare the speed of the kernels with PyTorch, plain NumPy and scikit-learn, as ratios measured in one run.

    python benchmarks/kernels.py                                 five to ten minutes
    python benchmarks/kernels.py --rows conv,pooling --quick
    python benchmarks/kernels.py --peers /path/to/another/python --threads 1 --json kernels.json

Each contender runs in its own process, with the same number of threads and the same values. The benchmark compares the
results before it measures any time, so a fast but wrong kernel gets no time. Then the contenders take turns, and each
turn gives one ratio: our time (or memory) divided by theirs. The table shows the median ratio and the quartiles.

Do not run anything else meanwhile: other programs slow down contenders whose threads wait for each other more than the
rest, and PyTorch most. The last line reports how much other work there was. PyTorch is not a dependency, and
scikit-learn comes with the extra `benchmark`. Install them in this environment, or name the Python of another
environment with --peers.

The exit code is 1 if a goal was missed or a row could not be measured.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from contenders.processes import Missing, Process
from contenders.rows import ROWS, Times
from contenders.table import print_header, print_line, print_summary
from contenders.works import Work

CONTENDERS = ("ours", "pytorch", "plain_numpy", "scikit_learn")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", metavar="KEY,...", help=f"Measure only these: {', '.join(row.key for row in ROWS)}.")
    parser.add_argument("--threads", type=int, default=2, help="Threads of every contender (default: 2).")
    parser.add_argument("--rounds", type=int, help="Turns of each contender per row (default: 15).")
    parser.add_argument("--quick", action="store_true", help="Run 5 short rounds, for a first impression.")
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        default=sys.executable,
        help="The Python that has PyTorch and scikit-learn (default: this one).",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="Also write all measurements to FILE.")
    arguments = parser.parse_args()
    wanted = arguments.rows.split(",") if arguments.rows else [row.key for row in ROWS]
    unknown = set(wanted) - {row.key for row in ROWS}
    if unknown:
        parser.error(f"--rows: there is no {', '.join(sorted(unknown))}; there are {', '.join(r.key for r in ROWS)}")
    if arguments.threads < 1:
        parser.error("--threads must be at least 1")
    rounds = arguments.rounds or (5 if arguments.quick else 15)

    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(arguments.threads, rounds, 0.015 if arguments.quick else 0.05, arguments.peers, Path(folder))
        try:
            versions = contest.versions()
            print(f"{processor()}; {arguments.threads} threads; {rounds} rounds")
            print(*(f"{name}: {version}" for name, version in versions.items()), "", sep="\n")
            print_header()
            measured = []
            for row in ROWS:
                if row.key in wanted:
                    for line in row.measure(contest):
                        print_line(line)
                        measured.append(line)
        finally:
            contest.close()
    print_summary(measured)
    print(contest.strangers)
    if arguments.json:
        arguments.json.write_text(
            json.dumps(
                {
                    "processor": processor(),
                    "threads": arguments.threads,
                    "rounds": rounds,
                    "versions": versions,
                    "other_work": contest.strangers.busy / max(1, contest.strangers.total),
                    "rows": [line.as_dict() for line in measured],
                },
                indent=1,
            )
        )
    return 0 if all(line.met is not False and not line.problem for line in measured) else 1


class Contest:
    """The contenders' processes, with the methods that time them."""

    def __init__(self, threads: int, rounds: int, round_seconds: float, peers_python: str, folder: Path) -> None:
        self.threads, self.rounds, self.round_seconds = threads, rounds, round_seconds
        self.peers_python, self.folder = peers_python, folder
        self.processes: dict[str, Process] = {}
        self.strangers = Strangers()

    def process(self, name: str) -> Process:
        if name not in self.processes:
            self.processes[name] = self.fresh(name)
        return self.processes[name]

    def fresh(self, name: str) -> Process:
        python = self.peers_python if name in ("pytorch", "scikit_learn") else sys.executable
        return Process(name, self.threads, python)

    def versions(self) -> dict[str, str]:
        found = {}
        for name in CONTENDERS:
            try:
                found[name] = self.process(name).ask("version")
            except Missing as missing:
                found[name] = f"missing: {missing}"
        return found

    def prepare(self, name: str, work: Work) -> tuple[float, Path]:
        """Prepare a contender for its rounds; return (seconds of one call, file of the results)."""
        results = self.folder / f"{name}.npz"
        return self.process(name).ask("prepare", work=vars(work), results=str(results)), results

    def take_turns(self, seconds: dict[str, float]) -> Times:
        """Return {contender: [seconds per call, for each round]} for prepared contenders.

        `seconds` holds what one call of each took: a round is as many calls as fit in round_seconds.
        """
        calls = {name: max(1, min(500, round(self.round_seconds / each))) for name, each in seconds.items()}
        times: Times = {name: [] for name in seconds}
        for _ in range(self.rounds):
            for name in seconds:
                self.strangers.look()
                times[name].append(self.process(name).ask("round", calls=calls[name]))
        for name in seconds:
            self.process(name).ask("done")
        return times

    def peak_memory(self, name: str, work: Work) -> float:
        """Return the bytes used, as the median of three fresh processes."""
        peaks = []
        for _ in range(3):
            process = self.fresh(name)
            try:
                peaks.append(process.ask("peak_memory", work=vars(work)))
            finally:
                process.close()
        return statistics.median(peaks)

    def close(self) -> None:
        for process in self.processes.values():
            process.close()


class Strangers:
    """Measure the share of the processors that other programs use, while all contenders pause."""

    def __init__(self) -> None:
        self.busy = self.total = 0

    def look(self) -> None:
        time.sleep(0.05)  # threads of OpenBLAS and OpenMP spin for some 30 ms after their work
        before = processor_ticks()
        time.sleep(0.02)
        after = processor_ticks()
        self.busy += after[0] - before[0]
        self.total += after[1] - before[1]

    def __str__(self) -> str:
        if not self.total:
            return ""
        share = self.busy / self.total
        judgement = "; WITH SO MUCH OF IT THE RATIOS MEAN LITTLE" if share > 0.1 else ""
        return f"Other work on the machine, seen in the pauses: {share:.0%} of its processors{judgement}."


def processor_ticks() -> tuple[int, int]:
    """Return the ticks (busy, all) of all processors since the start; (0, 0) if the system does not report them."""
    try:
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0, 0
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # 3: idle, 4: waiting for a disk


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
