"""What an agency does with a decision, by kind of agency."""
