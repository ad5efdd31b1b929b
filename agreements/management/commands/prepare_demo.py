from django.core.management import call_command
from django.core.management.base import BaseCommand

# In their order; each may be run again and changes nothing then.
STEPS = {
    "load_editions": {},
    "load_calendar": {},
    "seed_demo": {"if_empty": True},
    "publish_forms": {},
    "demo_logins": {},
    "recompute_deadlines": {"verbosity": 0},
    "schedule_jobs": {},
}


class Command(BaseCommand):
    help = "演示的数据：文本、工作日历、一个省、印制版式、登录名、每日办理。一个进程办完，不重复启动"

    def handle(self, *args, **options):
        for name, given in STEPS.items():
            call_command(name, stdout=self.stdout, stderr=self.stderr, **given)
