"""Divisions come in as files, and every file leaves a record."""

from boundaries.services.batches import file_sha256, record_batch
from boundaries.services.imports import import_divisions

__all__ = ["file_sha256", "import_divisions", "record_batch"]
