from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from agreements import tasks
from agreements.gate import RuleBroken
from agreements.jobs import actions as jobs
from agreements.models import Job


class Command(BaseCommand):
    help = "每日办理：中止超期、期满处理、到期生效、时限更新。漏掉的日子会补办，重复运行结果相同"

    def add_arguments(self, parser):
        parser.add_argument("--on", type=date.fromisoformat, help="办到哪一天，默认今天（YYYY-MM-DD）")

    def handle(self, *args, on, **options):
        if on and on > localdate():
            raise CommandError(f"{on} 还没有到，只能办到今天（{localdate()}）为止")
        job, _ = Job.objects.get_or_create(name=Job.Name.DAILY, day=on or localdate(), subject="")
        try:
            report = jobs.run(job, tasks.daily)
        except RuleBroken as why:
            # The worker's run or somebody else's: it does the work, this one need not.
            self.stdout.write(str(why))
            return
        for label, agreement in report.done:
            self.stdout.write(f"{agreement.number} {label}：{agreement.get_status_display()}")
        self.stdout.write(f"时限：{report.moved}项到期日有变动，{report.started}项转入下一期")
        self.stdout.write(str(report))
        for number, why in report.refused.items():
            self.stderr.write(f"{number} 未能办理：{why}")
        if report.refused:
            raise CommandError("有未能办理的协议，处理后重新运行即可，已办理的不受影响")
