"""The registry of the data sets, installed as package data."""
