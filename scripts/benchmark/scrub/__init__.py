"""How long a dry run over a long list takes, and how much memory."""
