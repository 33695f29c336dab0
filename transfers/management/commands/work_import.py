import os
import resource

from django.core.management.base import BaseCommand

from transfers.working import work

MEMORY_BYTES = 4 << 30
CPU_S = 1800


class Command(BaseCommand):
    help = "网站自己调用：检查或写入一份上传的文件。"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("uuid")

    def handle(self, *args, uuid, **options):
        os.nice(5)  # whoever looks at a map goes first
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        work(uuid)
