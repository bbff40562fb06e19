"""Every way in which a telephone can be made to ring: each asks the same gate, and each is followed to its end."""
