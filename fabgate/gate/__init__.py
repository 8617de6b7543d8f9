"""The daemon beside the machines."""
