from django.core.management.base import BaseCommand

from agreements.batches import work
from agreements.models import PrintBatch


class Command(BaseCommand):
    help = "print_batch 的一个打印进程；不必自己运行"

    def add_arguments(self, parser):
        parser.add_argument("batch", type=int)
        parser.add_argument("attempt", type=int)

    def handle(self, *args, batch, attempt, **options):
        work.lane(PrintBatch.objects.get(pk=batch), attempt)
