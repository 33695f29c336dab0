"""A family's colour: proposed with a reason and a help, decided by another, for a time."""
