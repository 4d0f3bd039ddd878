"""Pairs of submissions that share more than chance explains."""
