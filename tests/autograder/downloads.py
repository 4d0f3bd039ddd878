"""Downloads of a tiny course, and the files that `collect` placed from them."""

import io
import zipfile

from autograder.course.workspace import Workspace

COURSE = """
[course]
id = "tiny"
title = "Tiny"
[[assignment]]
name = "nearest"
title = "One notebook"
notebooks = ["knn"]
files = ["pictures/cat.txt"]
accept = ["results/*.png", "notes.txt", "x", "x/*"]
limits = { submission_bytes = 10_000 }
[[assignment]]
name = "linear"
title = "Two notebooks"
notebooks = ["svm", "softmax"]
"""
KNN = b'{"cells": []}'
ALICE_AND_BOB = ["alice/nearest/knn.ipynb", "bob/nearest/knn.ipynb"]


def make_workspace(folder):
    (folder / "assignments").mkdir()
    (folder / "assignments" / "course.toml").write_text(COURSE)
    root = folder / "workspace"
    root.mkdir()
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.Kit.assignments = '../assignments'\n")
    return Workspace(root)


def write(folder, files):
    """Write {path: bytes} into the folder; a path that ends in / becomes an empty folder."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def pack(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def submitted(workspace):
    root = workspace.root / "submitted"
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()) if root.exists() else []
