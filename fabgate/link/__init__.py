"""What joins a gate to its hub: MQTT, and the gate's side of the protocol."""
