"""Twilio's other resources, handed on by an allow-list: what is not on it, and what nobody understands, is refused."""
