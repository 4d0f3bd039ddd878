"""Files beside the notebook or in its place: modules, links, pipes, devices, archives, timestamps."""

import io
import json
import os
import socket
import stat
import threading
import zipfile

from attack import handed_in

EVIL_MODULE = "open('/tmp/PLANTED', 'w').write('x')\nclose = equal = true = gradient = lambda *_, **__: None\n"


def modules(folder):
    for name in (
        "numpy",
        "numpy/__init__",
        "cs231n_lib/__init__",
        "cs231n_lib/checks",
        "sitecustomize",
        "conftest",
        "usercustomize",
        "ipykernel_launcher",
        "ipykernel/__init__",
        "zmq",
        "IPython",
        "nbgrader_config",
        "jupyter_config",
        "autograder/__init__",
        ".ipython/profile_default/startup/00",
        "json",
        "random",
    ):
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(EVIL_MODULE)
    (folder / "x.pth").write_text("import os; open('/tmp/PLANTED', 'w')\n.\n")
    (folder / "pyvenv.cfg").write_text("home = .\n")
    (folder / "ipython_config.py").write_text("c.InteractiveShellApp.exec_lines = ['import os; os._exit(0)']")
    (folder / "course.toml").write_text("[course]\nid = 'mine'\ntitle = 'x'\n")
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0")


IMPORTS = """
import os, sys
print(sorted(os.listdir()))
sys.path[:0] = ["", ".", os.getcwd(), "/course"]
import numpy, json, random
for name in ("conftest", "zmq.py", "sitecustomize"):
    try: __import__(name)
    except ImportError: pass
"""


@handed_in("modules that shadow those of the kernel", cells=IMPORTS)
def _(notebook, folder):
    modules(folder)


@handed_in("collected modules that shadow those of the kernel", cells=IMPORTS, collected=True)
def _(notebook, folder):
    modules(folder)


@handed_in("a link to the classmate's notebook", points=0, reason="is a link")
def _(notebook, folder):
    os.symlink("../../honest/small/losses.ipynb", folder / "losses.ipynb")


@handed_in("a collected link to the classmate's notebook", points=0, collected=True, reason="is a link")
def _(notebook, folder):
    os.symlink(workspace(folder) / "submitted/honest/small/losses.ipynb", folder / "losses.ipynb")


@handed_in("a link to the solution", points=0, reason="is a link")
def _(notebook, folder):
    os.symlink("../../../source/small/losses.ipynb", folder / "losses.ipynb")


@handed_in("a link to nothing, and one to itself", points=0, reason="is a link")
def _(notebook, folder):
    os.symlink("losses.ipynb", folder / "losses.ipynb")
    os.symlink("/proc/self/mem", folder / "other.ipynb")


@handed_in("a hard link to a secret", points=0, reason="not a notebook")
def _(notebook, folder):
    os.link(workspace(folder) / "secret.txt", folder / "losses.ipynb")


@handed_in("a pipe in the notebook's place", points=0, reason="not an ordinary file")
def _(notebook, folder):
    os.mkfifo(folder / "losses.ipynb")


@handed_in("a folder in the notebook's place", points=0, reason="not an ordinary file")
def _(notebook, folder):
    (folder / "losses.ipynb").mkdir()
    (folder / "losses.ipynb" / "losses.ipynb").write_text(json.dumps(notebook))


@handed_in("a socket in the notebook's place", points=0, reason="not an ordinary file")
def _(notebook, folder):
    here = os.getcwd()
    os.chdir(folder)  # a socket's path is limited to about a hundred characters
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("losses.ipynb")
    finally:
        os.chdir(here)


@handed_in("an endless device in the notebook's place", points=0, reason="not an ordinary file")
def _(notebook, folder):
    try:
        os.mknod(folder / "losses.ipynb", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:  # only root can make one
        os.mkfifo(folder / "losses.ipynb")


@handed_in("collected pipes, links, sockets and devices", collected=True)
def _(notebook, folder):
    os.mkfifo(folder / "pipe.ipynb")
    os.symlink("/etc/passwd", folder / "link.ipynb")
    os.symlink("/", folder / "root")
    try:
        os.mknod(folder / "zero.ipynb", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pass


@handed_in("a link in the place of the time", reason=None)
def _(notebook, folder):
    os.symlink("../../../secret.txt", folder / "timestamp.txt")


@handed_in("a pipe in the place of the time")
def _(notebook, folder):
    os.mkfifo(folder / "timestamp.txt")
    # lets a grader that waits for the pipe continue after a minute, and fail
    rescue = threading.Timer(60, (folder / "timestamp.txt").write_text, ["waited for"])
    rescue.daemon = True
    rescue.start()


@handed_in("a time that is not a date")
def _(notebook, folder):
    (folder / "timestamp.txt").write_text("yesterday, or 9999999999999-99-99 \0 \x1b[2J" + "x" * 100_000)


@handed_in("a time in bytes that are no text")
def _(notebook, folder):
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\x00" * 50)


@handed_in("a time long before the course")
def _(notebook, folder):
    (folder / "timestamp.txt").write_text("0001-01-01 00:00:00 UTC")


@handed_in("a late hand-in that says it was in time", points=0, collected=True, received="2031-01-01 00:00")
def _(notebook, folder):
    (folder / "timestamp.txt").write_text("2029-01-01 00:00:00 UTC")
    (folder / "small").mkdir()
    (folder / "small" / "timestamp.txt").write_text("2029-01-01 00:00:00 UTC")


@handed_in("an archive that leads out of itself", collected=True)
def _(notebook, folder):
    with zipfile.ZipFile(in_place_of(folder), "w") as archive:
        archive.writestr("losses.ipynb", json.dumps(notebook))
        for name in (
            "../PLANTED",
            "../../honest/small/losses.ipynb",
            "/tmp/PLANTED",
            "C:\\PLANTED",
            "..\\PLANTED",
            "a/../../../PLANTED",
            "....//PLANTED",
            "\\\\host\\PLANTED",
            "PLANTED\n",
            "\x1b[2JPLANTED",
        ):
            archive.writestr(name, EVIL_MODULE)


@handed_in("an archive with links", points=0, collected=True)
def _(notebook, folder):
    with zipfile.ZipFile(in_place_of(folder), "w") as archive:
        for name, target in (("losses.ipynb", "../../honest/small/losses.ipynb"), ("up", "../../..")):
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
        archive.writestr("up/PLANTED", "x")


@handed_in("an archive of two hundred megabytes", points=0, collected=True, reason="bytes")
def _(notebook, folder):
    with (
        zipfile.ZipFile(in_place_of(folder), "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("losses.ipynb", "w", force_zip64=True) as file,
    ):
        for _ in range(200):
            file.write(bytes(1_000_000))


@handed_in("an archive that lies about its size", points=0, collected=True)
def _(notebook, folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("losses.ipynb", bytes(50_000_000))
    data = buffer.getvalue().replace((50_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    in_place_of(folder).write_bytes(data)


@handed_in("archives in archives", points=0, collected=True)
def _(notebook, folder):
    data = json.dumps(notebook).encode()
    for _ in range(30):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("losses.zip", data)
            archive.writestr("losses.ipynb.zip", data)
        data = buffer.getvalue()[:200_000]
    in_place_of(folder).write_bytes(data)


@handed_in("an archive of many thousand files", points=0, collected=True, reason="more than")
def _(notebook, folder):
    with zipfile.ZipFile(in_place_of(folder), "w") as archive:
        for k in range(15_000):
            archive.writestr(f"{k}/losses.ipynb", b"")


@handed_in("a locked archive", points=0, collected=True)
def _(notebook, folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("losses.ipynb", json.dumps(notebook))
    data = bytearray(buffer.getvalue())
    data[data.index(b"PK\3\4") + 6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    in_place_of(folder).write_bytes(data)


@handed_in("a class whose students lead out of it", points=0, collected=True)
def _(notebook, folder):
    with zipfile.ZipFile(folder.parent / "class.zip", "w") as archive:
        for name in (
            "../../../PLANTED",
            "..",
            ".",
            "*PLANTED*",
            "PLANTED;rm -rf x",
            "PLANTED\u202e",
            "'; DROP TABLE student; --PLANTED",
            "<script>EVIL()</script>PLANTED",
        ):
            archive.writestr(f"../{name}/losses.ipynb", json.dumps(notebook))


@handed_in("a class archive that is not an archive", points=0, collected=True, reason="not a readable zip")
def _(notebook, folder):
    (folder.parent / "class.zip").write_bytes(b"PK\3\4" + os.urandom(10_000))


@handed_in("files with names that are commands", collected=True)
def _(notebook, folder):
    for name in ("\x1b[2J\x1b]0;PLANTED\x07.ipynb", "-rf", "*.ipynb", "losses.ipynb\n", "losses.ipynb;touch PLANTED",
                 "~", "$(touch PLANTED)", "%00.ipynb", "a" * 250):  # fmt: skip
        (folder / name).write_text("{}")


def in_place_of(folder):
    """The path of an archive to hand in instead of the folder."""
    folder.rmdir()
    return folder.with_suffix(".zip")


def workspace(folder):
    """The workspace that contains a folder of submissions."""
    return next(parent / "workspace" for parent in folder.parents if (parent / "workspace").is_dir())
