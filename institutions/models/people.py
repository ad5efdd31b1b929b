from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from .institution import Institution
from .region import Agency


class Role(models.TextChoices):
    CLERK = "clerk", "经办"
    REVIEWER = "reviewer", "复核"
    LEADER = "leader", "负责人"
    INSPECTOR = "inspector", "核查"
    FINANCE = "finance", "财务"
    OPERATOR = "operator", "医保办"
    SIGNATORY = "signatory", "签约人"
    AUTHORITY = "authority", "行政部门"
    THIRD_PARTY = "third_party", "第三方核查"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


AGENCY_ROLES = [Role.CLERK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.FINANCE, Role.AUTHORITY]
INSTITUTION_ROLES = [Role.OPERATOR, Role.SIGNATORY]
THIRD_PARTY_ROLES = [Role.THIRD_PARTY]
ADMIN_ROLES = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(username=username)

    def create_user(self, username, name, role, password=None, **party):
        """A person in one role, for an agency, an institution, or (administrators) for nobody."""
        user = self.model(username=username, name=name, role=role, **party)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """一个人，一个角色，代表一家经办机构或一家医疗机构。

    One role a person is what keeps the three administrators apart from each other and from every
    business right: nobody can hold two.
    """

    username = models.CharField("登录名", max_length=50, unique=True)
    name = models.CharField("姓名", max_length=50)
    role = models.CharField("角色", max_length=20, choices=Role)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="经办机构"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="医疗机构"
    )
    is_active = models.BooleanField("在用", default=True)
    expires_on = models.DateField(
        "使用期限", null=True, blank=True, help_text="第三方核查人员必填，过了当日不能再登录"
    )
    email = models.EmailField("邮箱", blank=True)
    mail_wanted = models.BooleanField("用邮件提醒", default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]
    objects = UserManager()

    class Meta:
        ordering = ["username"]
        verbose_name = verbose_name_plural = "人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=AGENCY_ROLES, agency__isnull=False, institution__isnull=True)
                | Q(role__in=INSTITUTION_ROLES, agency__isnull=True, institution__isnull=False)
                | Q(role__in=ADMIN_ROLES, agency__isnull=True, institution__isnull=True)
                | Q(
                    role__in=THIRD_PARTY_ROLES,
                    agency__isnull=True,
                    institution__isnull=True,
                    expires_on__isnull=False,
                ),
                name="role_fits_party",
                violation_error_message="角色与所代表的单位不符：经办机构和行政部门的角色选经办机构，"
                "医疗机构的角色选医疗机构，三类管理员都不选；第三方核查都不选，写明使用期限",
            )
        ]

    def __str__(self):
        return self.name

    def get_full_name(self):
        return self.name

    @property
    def unit_name(self):
        """Who the person stands for, in words."""
        if self.agency_id:
            return self.agency.name
        if self.is_third_party:
            return "受托第三方机构"
        return self.institution.name if self.institution_id else "平台管理"

    @property
    def is_admin(self):
        return self.role in ADMIN_ROLES

    @property
    def is_third_party(self):
        """第五十七条：people of a firm that an agency has entrusted with an inspection."""
        return self.role in THIRD_PARTY_ROLES

    @property
    def has_expired(self):
        """Whether the last day of the account is over."""
        return self.expires_on is not None and self.expires_on < localdate()

    # Django's admin asks these; config.admin_site answers by role, so nobody is a superuser.
    @property
    def is_staff(self):
        return self.role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}

    def has_perm(self, perm, obj=None):
        """Django's admin asks here: the system administrator keeps master data, the security administrator people."""
        app, _, model = perm.rpartition("_")
        people = model == "user"
        wanted = Role.SECURITY_ADMIN if people else Role.SYSTEM_ADMIN
        return self.is_active and self.role == wanted and app.startswith(("institutions.", "agreements."))

    def has_module_perms(self, app_label):
        return self.is_active and self.is_staff
