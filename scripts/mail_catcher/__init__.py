"""An SMTP server that keeps every mail as a file and sends none: shows what would have been mailed."""
