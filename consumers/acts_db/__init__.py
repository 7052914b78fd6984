"""The database of what an agency did, and as whom it acts and tells."""
