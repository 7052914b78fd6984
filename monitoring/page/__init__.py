"""The operator's page: one look at everything, live, in Chinese and English."""
