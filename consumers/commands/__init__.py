"""What courts order: a command is handled once, waits while something is missing, and is answered with feedback."""
