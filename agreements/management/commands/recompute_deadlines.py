from django.core.management.base import BaseCommand

from agreements.clocks.actions import recompute
from agreements.clocks.missing import open_missing


class Command(BaseCommand):
    help = "放假安排变动、门户升级后，补上履行中的协议缺少的时限，按现在的工作日历重新推算未办结时限的到期日。重复运行结果相同"

    def handle(self, *, verbosity, **options):
        opened, moved = open_missing(), recompute()
        if verbosity > 1:
            for deadline in [*opened, *moved]:
                self.stdout.write(f"{deadline.agreement.number} {deadline}：{deadline.due_on}")
        if opened and verbosity:
            self.stdout.write(f"补上：{len(opened)}项时限开始计时")
        if verbosity:
            self.stdout.write(f"重新推算：{len(moved)}项时限的到期日有变动")
