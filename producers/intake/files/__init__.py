"""Files of any format: read row by row, rejects written back, templates."""
