"""What the monitoring processes share: context, one look at everything, metrics."""
