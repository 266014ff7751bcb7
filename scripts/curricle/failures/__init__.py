"""What kind of failure a typed error is, and how it is recognised again. Pure."""
