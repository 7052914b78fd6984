"""What is counted: definitions, recorder, exposition."""
