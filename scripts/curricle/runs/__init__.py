"""A run on disk: its folder, journal, objects, lock, record, archive; and what is fresh."""
