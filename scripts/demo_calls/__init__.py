"""A small dialer with Twilio's own SDK: works through a call list, shows what becomes of it, writes an export."""
