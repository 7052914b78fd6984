"""What goes with a release: its parts and their licences, the bill of materials, one archive that installs without network.

Needs a checkout and its `.venv`; not part of the wheel.
"""
