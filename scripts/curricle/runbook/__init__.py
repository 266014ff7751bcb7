"""What is done about each failure: data, keyed by code. `recovery/` carries it out."""
