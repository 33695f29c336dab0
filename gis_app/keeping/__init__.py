"""Keeping what was entered: a sealed backup, its way back, and what must not come back."""
