"""A real PostgreSQL server for one run of the tests: on loopback, with a password, in a temporary folder.

`python postgresql.py FOLDER PID` starts a server in FOLDER in the background. When the process PID ends, in any way,
the server ends and FOLDER is deleted.
"""

import ctypes
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
from glob import glob
from pathlib import Path

import psycopg

USER, PASSWORD = "grader", "loopback only"
MISSING = "not run: there is no PostgreSQL server here (Debian, Ubuntu: apt-get install postgresql)"


def program(name: str) -> str | None:
    """The newest version of a program that Debian installs outside PATH, otherwise the one on PATH."""
    debian = sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(Path(path).parts[-3]))
    return debian[-1] if debian else shutil.which(name)


class Address:
    """The address of a server on loopback; its users read the password from PGPASSWORD."""

    def __init__(self, port: int):
        self.port = port

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple]:
        with self._connect(database) as connection:
            result = connection.execute(statement)
            return result.fetchall() if result.description else []

    def _connect(self, database: str) -> psycopg.Connection:
        place = {"host": "127.0.0.1", "port": self.port, "dbname": database}
        return psycopg.connect(**place, user=USER, password=PASSWORD, autocommit=True)


class Server(Address):
    """A server in `folder` that can start, stop or be killed any number of times; it keeps its port."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / "data"
        self.account = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            names = {entry.pw_name for entry in pwd.getpwall()}
            self.account = "postgres" if "postgres" in names else "nobody"
            shutil.chown(folder, self.account)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            super().__init__(free.getsockname()[1])
        secret = folder / "password"
        secret.write_text(PASSWORD)
        options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--encoding=UTF8"]
        made = [program("initdb"), *options, "--locale=C", "--no-sync", str(self.data)]
        subprocess.run(made, cwd=folder, user=self.account, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_connections": 40,
            "autovacuum": "off",
        }
        command = [program("postgres"), "-D", str(self.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, user=self.account, stdout=log, stderr=log, preexec_fn=_end_with_parent
            )
        while True:
            try:
                return self._connect("postgres").close()
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None

    def stop(self) -> None:
        """Shut down cleanly, without waiting for clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End all its processes with SIGKILL, as a power cut would."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self._end(signal.SIGKILL)
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        (self.data / "postmaster.pid").unlink()

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait()

    def end(self) -> None:
        if self.process.poll() is None:
            self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def _end_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def start_beside(pid: int, folder: Path) -> int:
    """Start a server that outlives this process and ends with the process `pid`; returns its port."""
    command = [sys.executable, __file__, str(folder), str(pid)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, start_new_session=True)
    return int(done.stdout)


def _main(folder: Path, pid: int) -> None:
    controller = os.pidfd_open(pid)
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        with open(reader) as said:
            port = said.read()
        sys.stdout.write(port)
        sys.exit(0 if port else 1)
    server = Server(folder)
    try:
        server.start()
        os.write(writer, str(server.port).encode())
        os.close(writer)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        select.select([controller], [], [])
    finally:
        server.end()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
