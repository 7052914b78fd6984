"""The notary: barriers, its own count of the lists, signed heads."""
