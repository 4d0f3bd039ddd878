"""Real kernels in a real sandbox. Every attack is small enough to do no harm if the defence fails."""

import asyncio
import contextlib
import json

import pytest
from jupyter_client.asynchronous import AsyncKernelClient
from nbformat.v4 import new_code_cell, new_notebook
from small_notebooks import executed_cells

from autograder.execution.sandbox import View, zygote_of
from autograder.notebook.limits import Limits

LIMITS = Limits(
    cell_seconds=10, notebook_seconds=60, memory_bytes=1_000_000_000, scratch_bytes=10_000_000, processes=60,
    open_files=200, cpu_seconds=30,
)  # fmt: skip


class Kernel:
    """A running kernel; `process` is its SandboxedKernel."""

    def __init__(self, process, client):
        self.process, self.client = process, client

    async def run(self, source):
        """Run a cell; returns what it printed, showed or raised."""
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
def kernel():
    """`async with kernel(limits, files, channel, processor, **surroundings) as running` gives a Kernel."""

    @contextlib.asynccontextmanager
    async def start(limits=LIMITS, files=(), channel=None, processor=None, env=(), **surroundings):
        given = View(env=tuple(dict(env).items()), processes=limits.processes, **surroundings)
        process = await zygote_of(given).start(limits, files, channel, processor)
        client = AsyncKernelClient()
        try:
            client.load_connection_info({**json.loads(process.connection()), "ip": process.folder})
            client.start_channels(hb=False)
            await client.wait_for_ready(timeout=60)
            yield Kernel(process, client)
        finally:
            client.stop_channels()
            client.context.destroy()
            await process.end()

    return start


@pytest.fixture
def run(kernel):
    """run(*sources, **surroundings) runs the cells in one kernel; returns the output of each as text."""

    def run_all(*sources, **surroundings):
        async def said():
            async with kernel(**surroundings) as running:
                return [await running.run(source) for source in sources]

        return asyncio.run(said())

    return run_all


@pytest.fixture
def run_notebook():
    """run_notebook(*sources, limits=..., **job fields) runs a notebook as grading does -> (problems, cells' texts)."""

    def run_cells(*sources, limits=LIMITS, **job):
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        executed, cells = executed_cells(notebook, limits=limits, isolation="sandbox", **job)
        return executed.problems, [said(cell) for cell in cells]

    return run_cells


def said(cell):
    texts = (o.get("text") or o.get("data", {}).get("text/plain") or f"{o.ename}: {o.evalue}" for o in cell.outputs)
    return "".join(texts).strip()


@pytest.fixture
def open_folder(tmp_path):
    """A folder that every user, and so the sandbox's user, may read."""
    tmp_path.chmod(0o755)
    return tmp_path
