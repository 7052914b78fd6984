"""Work and time: the one place with threads and with the machine's clock."""
