"""What every import command shares. How it speaks and ends: core/commands.py."""

from pathlib import Path

from core.commands import Progress, SystemCommand
from core.errors import Invalid


class FileNotUsable(Invalid):
    message = "这个文件无法读取。"


class ImportRefused(Invalid):
    """Nothing was changed. ``reasons`` are plain Chinese sentences, one per feature or row."""

    def __init__(self, message: str, reasons: list[str] = (), **detail):
        super().__init__(message, **detail)
        self.reasons = list(reasons)


def _check_readable(path: Path) -> None:
    """Raise FileNotUsable for a path that cannot be opened, before anything else is tried."""
    if path.is_dir():
        raise FileNotUsable(f"“{path}”是文件夹，不是文件。请写明文件名，或先把它打成 zip。")
    try:
        path.open("rb").close()
    except FileNotFoundError:
        raise FileNotUsable(f"没有“{path}”这个文件。请核对路径和文件名。") from None
    except OSError as error:
        raise FileNotUsable(f"“{path}”打不开({error.strerror})。请检查文件权限。") from None


class ImportCommand(SystemCommand):
    """A command that reads one file.

    A subclass gives `add_file_arguments(parser)` and `run(path, options, progress) -> dict`.
    """

    purpose = "import"
    refused = "没有导入"
    # The member who imports on the site. Beyond her place nothing is taken; on the server, with
    # nobody named, anything is.
    by = None

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="要导入的文件")
        self.add_file_arguments(parser)
        super().add_arguments(parser)

    def add_file_arguments(self, parser):
        raise NotImplementedError

    def run(self, path: Path, options: dict, progress: Progress) -> dict:
        raise NotImplementedError

    def work(self, options: dict, progress: Progress) -> dict:
        _check_readable(options["file"])
        return self.run(options["file"], options, progress)
