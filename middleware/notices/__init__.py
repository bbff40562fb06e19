"""The information mail of GDPR art. 13/14: what it must say, how it reads, and the link by which people object."""
