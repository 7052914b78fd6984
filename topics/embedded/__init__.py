"""A real Apache Kafka on this machine: jars from Maven coordinates, Java from a wheel, no Docker.

`cluster.py` starts, stops and looks at it; the other files are its parts, each usable and testable alone.
For laptops, CI and the demo. Production uses a Kafka the operator runs (`LIANDONG_BOOTSTRAP`).
"""
