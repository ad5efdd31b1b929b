from unicodedata import east_asian_width

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management.base import BaseCommand, CommandError

from agreements.demo.files import PASSWORD, rows
from institutions.models import User

HEADINGS = ("登录名", "密码", "姓名", "角色", "单位")


class Command(BaseCommand):
    help = "列出演示用的登录名和密码"

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("这是正式环境，没有演示用的登录名")
        people = _people()
        if not people:
            self.stdout.write("没有演示数据。运行 manage.py seed_demo 建立")
            return
        table = [
            HEADINGS,
            *((one.username, PASSWORD, one.name, one.get_role_display(), one.unit_name) for one in people),
        ]
        widths = [max(map(width, column)) for column in zip(*table, strict=True)]
        for line in table:
            cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _people():
    """The people of the data file who are here and still have the demo's password, in the file's order."""
    logins = [row.login for row in rows("logins")]
    people = User.objects.filter(username__in=logins).select_related(
        "agency__current", "institution__current"
    )
    # They share one hash, and checking one is slow on purpose.
    known = {one for one in {user.password for user in people} if check_password(PASSWORD, one)}
    return sorted(
        (user for user in people if user.password in known), key=lambda user: logins.index(user.username)
    )


def width(text):
    """Columns on a terminal, where a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
