"""The contenders that benchmarks/kernels.py times: this library, PyTorch, plain NumPy, scikit-learn.

`works.py` defines the tasks and their values. Each other module has a function `prepare(work) -> run`, and `worker.py`
is the process in which one contender runs.
"""
