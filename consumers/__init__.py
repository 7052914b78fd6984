"""Who acts: replicator, gate, adapters, effects, commands and the inbox of the courts."""
