from django.core.management.base import BaseCommand

from agreements.clocks.actions import recompute


class Command(BaseCommand):
    help = "放假安排变动后，按现在的工作日历重新推算未办结时限的到期日。重复运行结果相同"

    def handle(self, *, verbosity, **options):
        moved = recompute()
        if verbosity > 1:
            for deadline in moved:
                self.stdout.write(f"{deadline.agreement.number} {deadline}：{deadline.due_on}")
        self.stdout.write(f"重新推算：{len(moved)}项时限的到期日有变动")
