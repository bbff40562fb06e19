"""The stores that are measured: filled once, kept, and copied afresh for every run."""
