"""What courts order: commands taken once, watches, reports under them, releases, dead letters."""
