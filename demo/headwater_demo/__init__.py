"""The demo's invented world: a brand, its photographs, the sellers who copy it, their markets."""
