"""What is wrong with a row or a file, in both languages."""
