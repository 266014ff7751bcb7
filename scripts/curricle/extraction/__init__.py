"""Finds the lines of a log that say why a job failed. Pure."""
