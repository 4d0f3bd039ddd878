"""Real kernels in a real sandbox. Every attack is small enough to harm nothing if the defence fails."""

import asyncio
import contextlib
import sys
import uuid

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import Limits
from autograder.execute import execute
from autograder.job import Job
from autograder.sandbox import SandboxProvisioner, Surroundings

LIMITS = Limits(
    cell_seconds=10, notebook_seconds=60, memory_bytes=1_000_000_000, scratch_bytes=10_000_000, processes=60,
    open_files=200, cpu_seconds=30,
)  # fmt: skip


class Manager(AsyncKernelManager):
    @property
    def kernel_spec(self):
        argv = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class Kernel:
    """A kernel that runs; `provisioner` is the sandbox's."""

    def __init__(self, provisioner, client):
        self.provisioner, self.client = provisioner, client

    async def run(self, source):
        """What a cell printed, showed or raised."""
        said = []

        def keep(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                said.append(content["text"])
            elif message["msg_type"] == "execute_result":
                said.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                said.append(f"{content['ename']}: {content['evalue']}")

        await self.client.execute_interactive(source, output_hook=keep, timeout=30, stop_on_error=False)
        return "".join(said).strip()


@pytest.fixture
def kernel(tmp_path_factory):
    """async with kernel(limits, **surroundings) as running: a Kernel."""

    @contextlib.asynccontextmanager
    async def start(limits=LIMITS, **surroundings):
        folder = tmp_path_factory.mktemp("k")
        manager = Manager(transport="ipc", ip=str(folder / "k"), connection_file=str(folder / "k.json"))
        manager.kernel_id = str(uuid.uuid4())
        made = SandboxProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        made.limits, made.surroundings = limits, Surroundings(**surroundings)
        manager.provisioner = made
        client = manager.client()
        try:
            await manager.start_kernel()
            client.load_connection_info(manager.get_connection_info())
            client.start_channels()
            await client.wait_for_ready(timeout=60)
            yield Kernel(made, client)
        finally:
            client.stop_channels()
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
            manager.context.destroy()

    return start


@pytest.fixture
def run(kernel):
    """run(*sources, **surroundings): what each cell said, in one kernel."""

    def run_all(*sources, **surroundings):
        async def said():
            async with kernel(**surroundings) as running:
                return [await running.run(source) for source in sources]

        return asyncio.run(said())

    return run_all


@pytest.fixture
def run_notebook():
    """run_notebook(*sources, limits=..., **of the job): (problems, what each cell said), of a notebook as graded."""

    def run_cells(*sources, limits=LIMITS, **job):
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        executed = execute(Job(notebook=nbformat.writes(notebook), limits=limits, isolation="sandbox", **job))
        return executed.problems, [said(cell) for cell in nbformat.reads(executed.notebook, as_version=4).cells]

    return run_cells


def said(cell):
    texts = (o.get("text") or o.get("data", {}).get("text/plain") or f"{o.ename}: {o.evalue}" for o in cell.outputs)
    return "".join(texts).strip()


@pytest.fixture
def open_folder(tmp_path):
    """A folder that everybody may read, as the sandbox's user must."""
    tmp_path.chmod(0o755)
    return tmp_path
