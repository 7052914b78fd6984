"""How far each agency is with each update: rules, and the evidence they are computed from."""
