"""How far a new owner is."""
