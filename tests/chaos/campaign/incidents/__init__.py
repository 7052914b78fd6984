"""What may happen to an installation, one file for each kind of incident; each has `ROWS`."""
