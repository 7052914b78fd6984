"""What the law says, as facts: cases, grounds, terms, measures, watches and decisions."""
