"""Saves arrays and the states of random generators in files and checkpoints."""
