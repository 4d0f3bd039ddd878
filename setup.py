"""The Cython extensions, nothing else; everything more is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

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

setup(ext_modules=extensions)
