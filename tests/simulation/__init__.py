"""The whole system in one process, in virtual time, under a seed: courts, agencies, notaries, monitor, and whoever means them ill.

A run is one list of integers: the first makes the town, each of the others one step. The same list gives the same log.
"""
