"""The check API: HTTP and JSON for the agency's own systems, in the node's process."""
