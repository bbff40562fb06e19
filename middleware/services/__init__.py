"""The use cases: each loads, decides, records and commits in one transaction, and knows nothing of HTTP."""
