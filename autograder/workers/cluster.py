"""Execution of jobs on a Dask cluster, with the interface of the local pool. It needs no common file system.

cluster_worker.py runs on the workers. docs/clusters.md says how to set up a cluster.
"""

import asyncio
import contextlib
import hashlib
import logging
import threading
import time
import uuid
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace

from autograder.errors import KitError
from autograder.notebook.job import Executed, Job
from autograder.workers.packed_folder import PackedFolder

try:
    import distributed
except ImportError:
    raise KitError(
        "Grading on a cluster needs the package distributed, which is not installed.",
        "Install it with: python -m pip install '.[instructor,cluster]', in the kit's folder",
    ) from None

from autograder.workers import cluster_worker
from autograder.workers.cluster_worker import BroughtDown, Outfit, Unfit, different, versions

CONNECT_SECONDS = 20
WORKERS_SECONDS = 60  # without any worker before grading ends
REFRESH_SECONDS = 1.0  # between two updates of the list of workers
TRIES = 3  # for a job whose workers were unfit, or that Dask dropped
GO_ON = "Nothing is lost: repeat the command, and it continues with the submissions that are not graded yet."


class GivenUp(Exception):
    """A job is not tried again, because it seems to have killed the processes that ran it, or because tries ran out."""


@dataclass(eq=False)
class _Errand:
    """A submitted job."""

    job: Job
    answer: Future[Executed]
    task: "distributed.Future | None" = None
    tries: int = 0
    alone: bool = False  # a worker died while it ran, so it is tried once more when no other job runs


class ClusterPool:
    """Executes jobs on the Dask cluster whose scheduler has this address. Use it as a context manager.

    The connection is made when it is first needed. `workers` and `submit` raise KitError if the scheduler cannot be
    reached, if there are no workers, or if they are not fit for grading.
    """

    def __init__(self, address: str):
        self.address = address
        self._connected: distributed.Client | None = None
        self._lock = threading.RLock()
        self._errands: set[_Errand] = set()
        self._suspects: list[_Errand] = []  # jobs that wait until all others are done
        self._outfits: dict[tuple[tuple[str, ...], str | None], Outfit] = {}  # by a job's pythonpath and isolation
        self._threads: dict[str, int] = {}  # address of a worker -> its number of threads
        self._enlisted: set[tuple[str, str]] = set()  # (address of a worker, token of an outfit)
        self._unfit: dict[str, str] = {}  # address of a worker -> why it cannot grade
        self._lost: KitError | None = None
        self._closing = threading.Event()

    def __enter__(self) -> "ClusterPool":
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        if self._connected:  # workers drop the tasks of a client that closes
            with contextlib.suppress(Exception):  # the scheduler may have ended
                self._connected.close()
        for errand in list(self._errands):
            errand.answer.cancel()

    @property
    def workers(self) -> int:
        """How many jobs the cluster runs at a time."""
        self._connect()
        return max(1, sum(threads for address, threads in self._threads.items() if address not in self._unfit))

    def submit(self, job: Job) -> Future[Executed]:
        """Start a job when a worker is free. Pass the returned future to `result`."""
        self._connect()
        outfit = self._outfit(job)
        errand = _Errand(job, Future())
        with self._lock:
            if self._lost:
                raise self._lost
            self._errands.add(errand)
            self._send(errand, outfit)
        return errand.answer

    def result(self, job: Job, future: Future[Executed]) -> Executed:
        """Wait for a job and return its result.

        Raises the error that `run_notebook` raised, GivenUp, Unfit, or KitError if the cluster is lost.
        """
        return future.result()

    @property
    def _client(self) -> "distributed.Client":
        assert self._connected is not None, "nothing was submitted"
        return self._connected

    def _connect(self) -> None:
        if self._connected:
            return
        for name in ("distributed", "distributed.client"):  # the grader reports failures in its own words
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            asyncio.run(_reach(self.address))  # a Client that cannot connect would take a minute to close
            client = distributed.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception as error:
            raise KitError(
                f"No Dask scheduler can be reached at {self.address}: {str(error) or type(error).__name__}",
                "Start one with `dask scheduler`, and give the address that it prints. With TLS, Dask's configuration "
                "on this machine must name the certificates too.",
            ) from None
        self._connected = client
        try:  # jobs and results pass through the scheduler, so it needs the same versions
            wrong = different(client.run_on_scheduler(versions), versions())
        except Exception as error:
            wrong = _no_kit(error)
        if wrong:
            raise KitError(
                f"The scheduler at {self.address} {wrong}.",
                "Install there what is installed here: the same version of the kit, with the extra `cluster`.",
            )
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError:
            raise _no_workers(self.address) from None
        self._threads = client.nthreads()
        threading.Thread(target=self._watch, daemon=True).start()

    def _outfit(self, job: Job) -> Outfit:
        """Return what workers need for the job. When this returns, all present workers have it. Raises KitError."""
        given = job.surroundings
        kind = (given.pythonpath, given.isolation)
        if kind not in self._outfits:
            folders = tuple(map(PackedFolder.of, given.pythonpath))
            token = hashlib.sha256(repr((versions(), given.isolation, [f.name for f in folders])).encode()).hexdigest()
            outfit = Outfit(token, versions(), given.isolation, folders)
            faults = self._enlist(outfit, list(self._threads))
            if faults:
                raise KitError(
                    f"{len(faults)} of {len(self._threads)} workers of {self.address} cannot grade:\n"
                    + "\n".join(f"{address} {fault}" for address, fault in sorted(faults.items())),
                    "Nothing was graded. Repair these workers, or end them.",
                )
            self._outfits[kind] = outfit
        return self._outfits[kind]

    def _enlist(self, outfit: Outfit, addresses: list[str]) -> dict[str, str]:
        """Prepare workers for grading. Returns {address: why not} of those that cannot grade."""
        answers = self._client.run(cluster_worker.enlist, outfit, workers=addresses, on_error="return")
        self._enlisted.update((address, outfit.token) for address in addresses)
        faults = {}
        for address, answer in answers.items():
            if isinstance(answer, OSError):  # the worker has ended
                continue
            if isinstance(answer, Exception):
                answer = _no_kit(answer)
            if answer:
                faults[address] = answer
        return faults

    def _send(self, errand: _Errand, outfit: Outfit) -> None:
        fit = [address for address in self._threads if address not in self._unfit]
        errand.task = self._client.submit(
            cluster_worker.run_on_worker,
            outfit.token,
            tuple(folder.name for folder in outfit.folders),
            replace(errand.job, surroundings=replace(errand.job.surroundings, pythonpath=(), data=None)),
            key=f"{cluster_worker.KEY_PREFIX}{uuid.uuid4()}",
            pure=False,
            workers=fit if self._unfit and fit else None,
            allow_other_workers=bool(self._unfit and fit),  # because all fit workers may end
        )
        errand.task.add_done_callback(lambda task: self._came(errand, task))

    def _came(self, errand: _Errand, task: "distributed.Future") -> None:
        """Take the result of a task. Dask calls it in a thread of its own."""
        if self._closing.is_set():
            return
        try:
            answer = task.result()
        except (Exception, CancelledError) as error:
            answer = self._after(errand, error)
        task.release()  # lets the cluster forget the task
        if answer is not None:
            self._settle(errand, answer)

    def _after(self, errand: _Errand, error: BaseException) -> BaseException | None:
        """Handle a failed task. Returns the error with which the job ends, or None if it is tried again."""
        with self._lock:
            if self._lost or self._closing.is_set():
                return self._lost
            if isinstance(error, BroughtDown | distributed.KilledWorker):
                if not errand.alone:
                    errand.alone = True
                    self._suspects.append(errand)
                    self._send_suspect()
                    return None
                return GivenUp(f"the processes that run it are killed, so it is not tried again ({_in_words(error)})")
            if isinstance(error, Unfit):
                address, why = error.args
                self._unfit[address] = why
                if not self._unfit.keys() >= self._threads.keys():  # Dask chose it while a fit worker was busy
                    self._send(errand, self._outfit(errand.job))
                    return None
            elif isinstance(error, CancelledError):
                if self._client.status != "running":
                    self._lose(_lost(self.address))
                    return None
            else:
                return error
            errand.tries += 1
            if errand.tries == TRIES:
                why = f"{error.args[0]} {error.args[1]}" if isinstance(error, Unfit) else "the cluster dropped it"
                return GivenUp(f"it is not tried again after {TRIES} tries: {why}")
            self._send(errand, self._outfit(errand.job))
            return None

    def _settle(self, errand: _Errand, answer: Executed | BaseException) -> None:
        with self._lock:
            if errand not in self._errands:
                return
            self._errands.remove(errand)
            self._send_suspect()
        if isinstance(answer, BaseException):
            errand.answer.set_exception(answer)
        else:
            errand.answer.set_result(answer)

    def _send_suspect(self) -> None:
        """Send the next suspect if no other job runs: any job of a dead worker may have killed it."""
        if self._suspects and len(self._suspects) == len(self._errands):
            suspect = self._suspects.pop(0)
            self._send(suspect, self._outfit(suspect.job))

    def _watch(self) -> None:
        """Update the list of workers, and prepare new ones, until the pool is closed."""
        seen = time.monotonic()
        while not self._closing.wait(REFRESH_SECONDS):
            try:
                if self._client.status != "running":
                    raise OSError(self._client.status)
                self._threads = self._client.nthreads()
                for outfit in list(self._outfits.values()):
                    new = [address for address in self._threads if (address, outfit.token) not in self._enlisted]
                    if new:
                        self._unfit |= self._enlist(outfit, new)
            except Exception:
                if not self._closing.is_set():
                    self._lose(_lost(self.address))
                return
            if self._threads:
                seen = time.monotonic()
            elif time.monotonic() - seen > WORKERS_SECONDS:
                self._lose(_no_workers(self.address))
                return

    def _lose(self, error: KitError) -> None:
        """Note that the cluster is lost, and end all jobs with this error."""
        with self._lock:
            self._lost = self._lost or error
            errands = list(self._errands)
        for errand in errands:
            self._settle(errand, self._lost)


async def _reach(address: str) -> None:
    arguments = distributed.Security().get_connection_args("client")
    comm = await distributed.comm.connect(address, timeout=CONNECT_SECONDS, **arguments)
    await comm.close()


def _no_kit(error: Exception) -> str:
    return f"does not have the kit that is installed here: {type(error).__name__}: {error}"


def _in_words(error: Exception) -> str:
    if isinstance(error, distributed.KilledWorker):
        return f"{error.allowed_failures + 1} workers died while they ran it"
    return str(error)


def _no_workers(address: str) -> KitError:
    return KitError(
        f"The scheduler at {address} has no workers.",
        f"Start workers with: dask worker {address} --nthreads 1\n{GO_ON}",
    )


def _lost(address: str) -> KitError:
    return KitError(
        f"The scheduler at {address} has ended or can no longer be reached.",
        f"Start it and its workers again.\n{GO_ON}",
    )
