"""What to do with the failure of a CI job: from its log to a pack, a decision and a record."""
