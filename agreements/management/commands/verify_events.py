from itertools import chain

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from agreements.models.case_file import OwnCaseFile
from agreements.models.event import chain_fault, first_fault


class Command(BaseCommand):
    help = "逐份核对事项记录的链：被改动、缺失或次序不对的，指出是哪一条"

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="*", help="协议编号；不写则核对全部")

    def handle(self, *args, number, **options):
        agreements = Agreement.objects.filter(number__in=number) if number else Agreement.objects.all()
        found = [(one.number, first_fault(one)) for one in agreements.order_by("pk").iterator()]
        others = [] if number else [(str(one), chain_fault(one)) for one in other_case_files()]
        faults = [f"{name}：{fault}" for name, fault in [*found, *others] if fault]
        for fault in faults:
            self.stdout.write(fault)
        counted = f"{len(found)}份协议" + (f"、{len(others)}份其他案卷" if others else "")
        if faults:
            raise CommandError(f"{counted}中，{len(faults)}份的记录不完好")
        self.stdout.write(f"{counted}的记录完好")


def other_case_files():
    """Whatever keeps a chain of its own beside the agreements: texts, supplements, seals, complaints."""
    models = (one for one in apps.get_models() if issubclass(one, OwnCaseFile))
    return chain.from_iterable(one.objects.order_by("pk").iterator() for one in models)
