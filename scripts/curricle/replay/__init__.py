"""Makes a run's outputs again from what its journal names, offline, and compares the bytes."""
