"""Measures the binding check against a bare Flask view with one durable INSERT, and against a bare Flask view."""
