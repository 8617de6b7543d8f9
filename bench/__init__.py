"""The figures of fabgate, each beside a floor that is measured in the same run."""
