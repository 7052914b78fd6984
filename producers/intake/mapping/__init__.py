"""A court's own export: which of its titles, codes and dates mean what, as a YAML file names them."""
