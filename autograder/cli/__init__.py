"""The `cs231n` command: options, calls and tables, nothing else."""
