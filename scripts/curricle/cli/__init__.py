"""The command line: arguments in, one call into the core, the result out. Nothing else is here."""
