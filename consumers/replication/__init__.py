"""The agency's copy of the list: replicator, relief overlay, the view over both, proof and receipts."""
