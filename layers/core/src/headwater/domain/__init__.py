"""The records and the rules: what things are and what follows from them. Standard library only."""
