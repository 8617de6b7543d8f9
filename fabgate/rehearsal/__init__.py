"""The real rules, store and desk on a simulated bench and a virtual clock."""
