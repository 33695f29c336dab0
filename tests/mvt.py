"""A reader of Mapbox Vector Tiles 2.1, written from the specification, for tests only."""

import struct
from dataclasses import dataclass, field


@dataclass
class Feature:
    id: int | None = None
    properties: dict = field(default_factory=dict)
    kind: int = 0
    commands: list[int] = field(default_factory=list)


@dataclass
class Layer:
    name: str = ""
    version: int = 0
    extent: int = 4096
    features: list[Feature] = field(default_factory=list)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes):
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 1:
            value, at = data[at : at + 8], at + 8
        elif wire == 5:
            value, at = data[at : at + 4], at + 4
        else:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        yield number, value


def _packed(data: bytes) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _value(data: bytes):
    ((number, raw),) = _fields(data)
    match number:
        case 1:
            return raw.decode()
        case 2:
            return struct.unpack("<f", raw)[0]
        case 3:
            return struct.unpack("<d", raw)[0]
        case 4:
            return raw - (1 << 64) if raw >> 63 else raw
        case 5:
            return raw
        case 6:
            return (raw >> 1) ^ -(raw & 1)
        case 7:
            return bool(raw)


def decode(data: bytes) -> list[Layer]:
    layers = []
    for number, body in _fields(data):
        assert number == 3
        layer, keys, values, features = Layer(), [], [], []
        for field_number, raw in _fields(body):
            match field_number:
                case 1:
                    layer.name = raw.decode()
                case 2:
                    features.append(raw)
                case 3:
                    keys.append(raw.decode())
                case 4:
                    values.append(_value(raw))
                case 5:
                    layer.extent = raw
                case 15:
                    layer.version = raw
        for raw in features:
            feature = Feature()
            for field_number, part in _fields(raw):
                match field_number:
                    case 1:
                        feature.id = part
                    case 2:
                        tags = _packed(part)
                        feature.properties = {
                            keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)
                        }
                    case 3:
                        feature.kind = part
                    case 4:
                        feature.commands = _packed(part)
            layer.features.append(feature)
        layers.append(layer)
    return layers
