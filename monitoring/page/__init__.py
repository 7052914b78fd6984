"""The operator's page: everything at a glance, live, in Chinese and English."""
