"""The packages that are here, of which a release for students has fewer, and the Cython extensions.

Everything else is in pyproject.toml.
"""

import os
from glob import glob
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

KERNELS = Path("cs231n_lib/kernels")
DIRECTIVES = {"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True}

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
)
for extension in extensions:
    extension.optional = True  # without a compiler the NumPy twins serve; cythonize drops this from its argument


class BuildBesideSourcesToo(build_ext):
    """In the folder of an unzipped release, `import cs231n_lib` finds the sources there before what pip installed."""

    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self):
        super().run()
        self.copy_extensions_to_source()


packages = find_packages(include=["autograder*", "cs231n_lib*"])
setup(
    packages=[*packages, "cs231n_lib.datasets"], ext_modules=extensions, cmdclass={"build_ext": BuildBesideSourcesToo}
)
