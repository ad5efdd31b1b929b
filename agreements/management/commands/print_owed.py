from django.core.management.base import BaseCommand

from agreements.models import Paper
from agreements.papers.printing import print_owed


class Command(BaseCommand):
    help = "补印待印的文书；印不出的写明原因，仍为待印"

    def handle(self, *args, **options):
        owed = Paper.objects.filter(status=Paper.Status.OWED).select_related("agreement__edition")
        out, left = 0, 0
        for paper in owed.order_by("pk"):
            if print_owed(paper):
                out += 1
            else:
                left += 1
                paper.refresh_from_db()
                self.stderr.write(f"{paper.number} 没有印出：{paper.failure}")
        self.stdout.write(f"印出{out}份，没有印出{left}份")
