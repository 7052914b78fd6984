"""Where it is said: catalogue, participants, access, transport ports, embedded broker and settings."""
