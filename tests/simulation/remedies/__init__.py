"""From every finding of the status to green, or to who must be told, by nothing but the commands it prints."""
