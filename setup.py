"""Finds the packages, since a release for students has fewer, and builds the Cython extensions.

Everything else is in pyproject.toml.
"""

import atexit
import os
import shutil
import tempfile
from glob import glob
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

KERNELS = Path("cs231n_lib/kernels")
DIRECTIVES = {"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True}
IS_CHECKOUT = Path("autograder/grading").is_dir()


class BuildOnAllProcessors(build_ext):
    """Builds in parallel; in a checkout, also copies the extensions beside their sources, for the grader to pack."""

    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self):
        super().run()
        if IS_CHECKOUT:
            self.copy_extensions_to_source()


def options_of_a_release() -> tuple[str | None, dict[str, dict[str, str]]]:
    """Make a release build in a temporary folder, so that the build leaves no files in the student's folder.

    Returns
    -------
    build_dir
        The folder for the C files that Cython writes; None to write them beside their sources.
    options
        Options for the commands of setuptools.
    """
    if IS_CHECKOUT:
        return None, {}
    folder = tempfile.mkdtemp(prefix="cs231n-build-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder, {"build": {"build_base": folder}, "egg_info": {"egg_base": folder}}


build_dir, options = options_of_a_release()
extensions = cythonize(
    [
        Extension(
            f"cs231n_lib.kernels.{Path(source).stem}",
            [source],
            include_dirs=[str(KERNELS)],
            depends=glob(f"{KERNELS}/*.h"),
            extra_compile_args=["-O3", "-g0", "-pthread"],
            extra_link_args=["-pthread"],
        )
        for source in sorted(glob(f"{KERNELS}/*.pyx"))
    ],
    compiler_directives=DIRECTIVES,
    build_dir=build_dir,
)
for extension in extensions:
    extension.optional = True  # without a compiler the NumPy twins are used; cythonize ignores this in its argument

packages = find_packages(include=["autograder*", "cs231n", "cs231n.*", "cs231n_lib*"])
setup(
    packages=[*packages, "cs231n_lib.datasets"],
    ext_modules=extensions,
    cmdclass={"build_ext": BuildOnAllProcessors},
    options=options,
)
