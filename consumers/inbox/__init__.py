"""What comes back to a court, opened, handled once, erased in time."""
