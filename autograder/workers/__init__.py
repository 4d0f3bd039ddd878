"""Parallel execution of many notebooks: in processes of this machine, or on a Dask cluster."""
