"""The reference library of the course: models, data, kernels, checks, pictures.

Importing it is cheap: each part is imported when it is asked for, and matplotlib, pooch and requests
only by the functions that need them.
"""
