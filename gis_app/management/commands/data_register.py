from django.conf import settings
from django.core.management.base import BaseCommand

from gis_app.keeping import register

START, END = "<!-- register -->\n", "\n<!-- end of register -->"


class Command(BaseCommand):
    help = "把 docs/data_register.yaml 显示成表格；--write 写进 docs/privacy.md。"

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true", help="写进 docs/privacy.md")

    def handle(self, *args, **options):
        if not options["write"]:
            self.stdout.write(register.page())
            return
        path = settings.BASE_DIR / "docs" / "privacy.md"
        before, rest = path.read_text().split(START)
        after = rest.split(END)[1]
        path.write_text(f"{before}{START}{register.page()}{END}{after}")
