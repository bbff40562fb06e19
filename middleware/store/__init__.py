"""The store: typed tables, one repository per aggregate, the unit of work, and the statements of the hot path."""
