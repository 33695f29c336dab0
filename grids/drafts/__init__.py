"""Drafts: what a plan of territory is, the edits it takes, how it is kept."""
