"""What gates and hub say to each other: bytes in, a frozen value or `Malformed` out (docs/topics.md).

Pure: no MQTT, no clock, no disk. Nothing here raises for any bytes; what cannot be read is a value.
"""
