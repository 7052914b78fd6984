"""From a checked listing to a numbered, signed record in the outbox."""
