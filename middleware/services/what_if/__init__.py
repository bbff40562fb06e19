"""A country's changed figures, tried on calls that were really asked for, before they are switched on."""
