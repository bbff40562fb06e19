"""The domain of Ringfence: deciding, reserving, recording and proving. No HTTP server code lives here."""
