"""The stage functions: bytes of inputs in, bytes of outputs and findings out. No disk, no clock."""
