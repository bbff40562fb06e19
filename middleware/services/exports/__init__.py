"""Exports for auditors: streamed, recorded, with a manifest that anybody can check without us."""
