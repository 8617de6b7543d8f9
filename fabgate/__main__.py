"""`python -m fabgate`: the command line."""

from fabgate.cli import main

main(prog_name="fabgate")
