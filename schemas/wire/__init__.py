"""How it is written: Avro schemas, framing, signatures, seals, digests."""
