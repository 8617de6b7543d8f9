"""fabgate: from the tap of a badge to power, to the treasurer's line."""

VERSION = "0.1.0"
