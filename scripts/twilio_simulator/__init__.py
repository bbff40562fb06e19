"""A stand-in for Twilio's call API on loopback: places pretended calls, reports on them, and fails on demand.

It keeps to Twilio's wire format, so that any Twilio client works with it after a change of base URL. Nothing
it does leaves this machine, apart from the webhooks to the URLs that a call names.
"""
