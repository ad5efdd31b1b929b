from django.core.management.base import BaseCommand

from institutions.holidays import seed


class Command(BaseCommand):
    help = "把已知年份的放假调休安排填入工作日历；已有通知的年份不动"

    def handle(self, *args, verbosity, **options):
        entered = seed()
        if verbosity:
            years = "、".join(f"{year}年" for year in entered)
            self.stdout.write(f"工作日历：已填入{years}" if entered else "工作日历：没有变化")
            if entered:
                self.stdout.write("随后运行 recompute_deadlines，更新未办结时限的到期日；每日办理也会更新。")
