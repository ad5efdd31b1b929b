import secrets

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from institutions.models import Role, User
from institutions.models.people import ADMIN_ROLES


class Command(BaseCommand):
    help = "建立第一批管理员，给出一次性的随机密码；其余人员由安全管理员在“基础数据”里建立"

    def add_arguments(self, parser):
        parser.add_argument("username", help="登录名")
        parser.add_argument("name", help="姓名")
        parser.add_argument(
            "--role", choices=[role.value for role in ADMIN_ROLES], default=Role.SECURITY_ADMIN.value
        )

    def handle(self, *args, username, name, role, **options):
        password = secrets.token_urlsafe(12)
        try:
            user = User.objects.create_user(username, name, role, password)
        except ValidationError as wrong:
            raise CommandError("；".join(wrong.messages)) from wrong
        self.stdout.write(
            f"{user.get_role_display()} {user.name}：登录名 {username}，密码 {password}（只显示这一次，登录后修改）"
        )
