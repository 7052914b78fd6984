"""Who speaks: courts and agencies; intake, validation, outbox and relay."""
