from datetime import date

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from agreements import clocks
from agreements.actions import activate_due


class Command(BaseCommand):
    help = "每日办理：到起始日的协议生效，时限按工作日历更新。重复运行结果相同"

    def add_arguments(self, parser):
        parser.add_argument("--on", type=date.fromisoformat, help="办到哪一天，默认今天（YYYY-MM-DD）")

    def handle(self, *args, on, **options):
        done, refused = activate_due(on)
        for agreement in done:
            self.stdout.write(f"{agreement.number} 生效")
        for number, why in refused.items():
            self.stderr.write(f"{number} 未能生效：{why}")
        moved, started = clocks.recompute(), clocks.advance(on or localdate())
        self.stdout.write(f"时限：{len(moved)}项到期日有变动，{len(started)}项转入下一期")
        self.stdout.write(f"生效{len(done)}份，未能生效{len(refused)}份")
