"""What a file said, before anybody has decided what to make of it."""

from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Declared:
    """The reference system a file claims.

    ``kind`` is ``epsg`` (``epsg`` holds the number: 4326, 4490, 3857, 4547 …), ``gcj02``, ``bd09``
    (both from ``<OvCoordType>``), ``unknown`` (it claims something we do not know: ``text``) or
    ``none`` (it says nothing; for KML and GeoJSON the standard's WGS84 counts as nothing said,
    because exports write it whatever they hold).
    """

    kind: str
    epsg: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Feature:
    """One record: `number` counts from 1 as in the file.

    `geometry` is a 2-D shapely geometry or None. `problem` is a Chinese sentence that says why the
    geometry cannot be used and what to do, or None. `notes` are repairs that change no shape (Z
    dropped, ring closed by less than a millionth of a degree, curve made of lines).
    """

    number: int
    properties: dict[str, str]
    geometry: BaseGeometry | None
    problem: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """All features of one layer. ``encoding`` is what the texts were read as."""

    driver: str
    name: str
    fields: tuple[str, ...]
    features: list[Feature]
    declared: Declared
    encoding: str = "utf-8"
    notes: list[str] = field(default_factory=list)
