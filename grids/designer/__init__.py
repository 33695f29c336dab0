"""Draw, split, balance and judge grids. Pure: arrays and shapes in metres, no Django, no clock."""
