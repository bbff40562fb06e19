"""Stored decisions made again from what they saw: the proof that the same facts and figures give the same answer."""
