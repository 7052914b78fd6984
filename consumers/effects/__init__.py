"""What happens once per agency: the loop over commands and relief, and dead letters."""
