"""What Graph does with a message: checks, windows, throttles, media. No HTTP here."""
