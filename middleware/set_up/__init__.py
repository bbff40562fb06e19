"""Folders of files by which controllers, campaigns, credentials, contacts and a stop list come into the store."""
