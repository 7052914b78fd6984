"""The hot loop: messages of a lane become one batch of the store."""
