"""What is measured on: a list of fictitious people, signed and written to a topic with barriers."""
