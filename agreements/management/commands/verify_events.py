from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from agreements.models.event import first_fault


class Command(BaseCommand):
    help = "逐份核对事项记录的链：被改动、缺失或次序不对的，指出是哪一条"

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="*", help="协议编号；不写则核对全部")

    def handle(self, *args, number, **options):
        agreements = Agreement.objects.filter(number__in=number) if number else Agreement.objects.all()
        faults, count = [], 0
        for agreement in agreements.order_by("pk").iterator():
            count += 1
            if fault := first_fault(agreement):
                faults.append(f"{agreement.number}：{fault}")
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{count}份协议中，{len(faults)}份的记录不完好")
        self.stdout.write(f"{count}份协议的记录完好")
