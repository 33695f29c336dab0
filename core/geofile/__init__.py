"""Read a boundary file somebody else wrote, safely, and say in Chinese what is wrong with it.

`read_layer` is the only door. What comes back is neither shifted nor repaired: coordinates are as in
the file, and whoever imports decides.
"""

from core.geofile.layer import Declared, Feature, Layer
from core.geofile.reader import read_layer

__all__ = ["Declared", "Feature", "Layer", "read_layer"]
