"""What is kept of a failure for those who were not there. Values in, values out."""
