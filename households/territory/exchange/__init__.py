"""Territory out to a file for Excel or QGIS, and back from it into a draft."""
