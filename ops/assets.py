"""Copy the files that pages use out of frontend/node_modules into static/vendor/<library>-<version>/.

Third-party files are installed, never committed. Links to source maps are cut: the maps are not
served, and the manifest of static files would miss them.
"""

import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "frontend" / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# library's short name: (package, files)
FILES = {
    "ol": ("ol", ["dist/ol.js", "ol.css"]),
    "pico": ("@picocss/pico", ["css/pico.min.css"]),
}
SOURCE_MAP = re.compile(r"\n?(//|/\*)# sourceMappingURL=.*?(\*/|$)", re.MULTILINE)


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, (package, files) in FILES.items():
        version = json.loads((MODULES / package / "package.json").read_text())["version"]
        folder = VENDOR / f"{name}-{version}"
        folder.mkdir(parents=True)
        for file in files:
            text = (MODULES / package / file).read_text()
            (folder / Path(file).name).write_text(SOURCE_MAP.sub("", text))


if __name__ == "__main__":
    main()
