"""Who takes part: manifests, key files, the register of public keys, and who may have signed what."""
