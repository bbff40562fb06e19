"""The two statements of a binding check: read all facts at once, write the reservation at once."""
