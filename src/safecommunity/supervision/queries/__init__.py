"""Reads of supervision, one file a thing."""
