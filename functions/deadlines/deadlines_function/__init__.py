"""The deadlines: who has to act is written to, and somebody else checks that it was done."""
