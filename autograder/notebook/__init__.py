"""The values that travel between the stages: jobs, results of cells, outcomes of tests, limits."""
