"""Which topics there are: families as data, names, and what a broker should have."""
