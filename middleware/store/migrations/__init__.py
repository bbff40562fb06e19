"""Alembic migrations, run by `middleware.store.schema`."""
