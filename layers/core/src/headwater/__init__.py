"""Headwater: find counterfeits where they are made, keep evidence, never miss a counter-notice."""
