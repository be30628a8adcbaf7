"""Writes of supervision, one file a thing."""


class Refused(Exception):
    """It cannot be done like this; the message says why and what to do."""
