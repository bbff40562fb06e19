"""Twilio's call list against our log: what went round the gate is found, what was lost on the way is repaired."""
