"""Backups of what a court, an agency or a notary keeps on this machine, and putting them back."""
