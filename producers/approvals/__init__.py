"""What waits for a second approval: exactly one act each, who proposed it, and the signatures over it."""
