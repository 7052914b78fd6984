"""Heads as a transparency log that others' tools check (C2SP tlog-tiles): one log for each notary and jurisdiction."""
