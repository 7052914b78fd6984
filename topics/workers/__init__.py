"""Work and time: the one place with threads, with the machine's clock and with its chance."""
