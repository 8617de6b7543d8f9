"""What the treasurer takes away."""
