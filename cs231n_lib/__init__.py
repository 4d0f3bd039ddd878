"""The reference library of the course: models, data, kernels, checks, pictures.

Importing it is cheap: each part is imported on first use, and only the functions that need matplotlib, pooch or
requests import them.
"""

import sys

from cs231n_lib.left_out import LeftOutModules

sys.meta_path.append(LeftOutModules())
