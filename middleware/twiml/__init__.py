"""TwiML as text in and out: what it would do to a telephone is known before Twilio sees it. Pure; asks nobody."""
