"""A flat piece of ground around the district, and the wobble that makes borders look grown."""

from dataclasses import dataclass

import numpy as np
import shapely

METRES_PER_DEGREE = 111_195.0
# Wavelength and reach of each octave, in metres. The reach is a small part of the wavelength, so
# that the wobble bends the plane and does not fold it: neighbours stay neighbours.
OCTAVES = [(9000, 300), (3200, 120), (1200, 46), (450, 17), (180, 6)]
WAVES = 5
# With a slope of about one half, each step halves the error.
INVERSE_STEPS = 9


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a point; true to 0.1 % over a county, which is all it is for."""

    lon: float
    lat: float

    @property
    def scale(self) -> np.ndarray:
        return METRES_PER_DEGREE * np.array([np.cos(np.radians(self.lat)), 1.0])

    def to_metres(self, geometry):
        return shapely.transform(geometry, self.metres)

    def metres(self, lonlat: np.ndarray) -> np.ndarray:
        return (lonlat - [self.lon, self.lat]) * self.scale

    def lonlat(self, metres: np.ndarray) -> np.ndarray:
        return metres / self.scale + [self.lon, self.lat]


class Wobble:
    """A smooth random displacement of the plane: sums of plane waves, octave by octave."""

    def __init__(self, rng: np.random.Generator):
        turn = rng.random((3, len(OCTAVES) * WAVES)) * 2 * np.pi
        wavelength, reach = np.repeat(np.array(OCTAVES, float), WAVES, axis=0).T
        self._k = np.stack([np.cos(turn[0]), np.sin(turn[0])]) * 2 * np.pi / wavelength
        self._phase = turn[1]
        # Of n waves with random phases the sum is about sqrt(n / 2) times one.
        a = reach * np.sqrt(2 / WAVES)
        self._a = np.stack([np.cos(turn[2]) * a, np.sin(turn[2]) * a], axis=1)

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        return xy + np.sin(xy @ self._k + self._phase) @ self._a

    def inverse(self, xy: np.ndarray) -> np.ndarray:
        """The point that the wobble carries to `xy`, by fixed-point iteration."""
        found = xy
        for _ in range(INVERSE_STEPS):
            found = xy - (self(found) - found)
        return found
