"""What helps when something is wrong: for now, the doctor."""
