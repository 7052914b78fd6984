"""Planted bugs, which prove the tester: each patch drops one safeguard of the product, and the worlds must find it."""
