"""A file of rows becomes accepted updates: prepared, compared, planned, written."""
