"""The Cython extensions, nothing else; everything more is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

DIRECTIVES = {"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True}

extensions = cythonize(
    [
        Extension(
            "cs231n_lib.kernels._im2col_cy",
            ["cs231n_lib/kernels/_im2col_cy.pyx"],
            extra_compile_args=["-O3"],
        )
    ],
    compiler_directives=DIRECTIVES,
)
for extension in extensions:
    extension.optional = True  # without a compiler the NumPy twins serve; cythonize drops this from its argument


class BuildBesideSourcesToo(build_ext):
    """In the folder of an unzipped release, `import cs231n_lib` finds the sources there before what pip installed."""

    def run(self):
        super().run()
        self.copy_extensions_to_source()


setup(ext_modules=extensions, cmdclass={"build_ext": BuildBesideSourcesToo})
