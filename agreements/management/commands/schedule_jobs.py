from django.core.management.base import BaseCommand

from agreements.jobs.queue import set_timetable


class Command(BaseCommand):
    help = "排定后台任务：每日办理，补印文书、续办中断的任务。由 qcluster 执行；重复运行结果相同"

    def handle(self, *args, **options):
        for name, moment in set_timetable():
            self.stdout.write(f"{name}：下次 {moment:%Y-%m-%d %H:%M}")
