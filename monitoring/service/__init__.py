"""What the monitoring processes share: context, the source of the status, metrics."""
