"""The ledger of failed CI cases, their evidence, and what follows from them."""
