"""Household lists: read, understood, placed, and written in one go.

columns.py   what the headers mean; rows as columns
cells.py     what the cells of a column say
places.py    the villages, towns, districts and grids that rows speak of
positions.py which coordinate system the numbers are in, and which grid a point stands in
staging.py   COPY into a temporary table, then one statement for each thing that changes; while the
             next part is being read
service.py   all of it in one transaction, and the report
"""

from households.imports.service import Imported, import_households

__all__ = ["Imported", "import_households"]
