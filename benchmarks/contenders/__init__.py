"""Who does the work that benchmarks/kernels.py times: this library, PyTorch, plain NumPy, scikit-learn.

`works.py` says what there is to do and with which values; each other module has `prepare(work) -> run`, and
`worker.py` is the process that one of them lives in.
"""
