"""Everything that speaks Twilio's language: REST for dialers, status callbacks from Twilio."""
