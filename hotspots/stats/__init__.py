"""Pure statistics of where disputes are many: numpy arrays in, dataclasses out. See docs/hotspots.md."""
