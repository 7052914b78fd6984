"""Who is meant: certificates, numbers, names, and how they are made unreadable on shared topics."""
