"""What is known of one entry, with proofs that anybody can check without a cluster."""
