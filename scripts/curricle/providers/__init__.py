"""Who writes and mends curricula: backends, and clients of models that they ask."""
