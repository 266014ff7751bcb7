"""Finds secrets in texts and takes them out."""
