"""The registry of data sets, installed as package data."""
