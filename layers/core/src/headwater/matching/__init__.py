"""Is this picture, is this text the brand's? Usable alone; no AWS in it."""
