"""What a person fills in for a seal, a counter-signature, a sealed scan, a comparison."""

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from config.forms import PortalForm

from ...models import SealedScan
from ...uploads import kind_of, validate_scan
from .certificates import LARGEST
from .drawing import PURPOSE
from .keys import sources
from .scans import code_in


class PasswordAgain(PortalForm):
    """Who acts proves to be who logged in. A wrong password counts towards the lock of the account."""

    password = forms.CharField(
        label="本人登录密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="再输入一次，确认是本人办理",
    )  # fmt: skip

    def __init__(self, *args, request, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_password(self):
        user = self.request.user
        if authenticate(self.request, username=user.username, password=self.cleaned_data["password"]) != user:
            raise ValidationError("密码不对，请重新输入")
        return ""

    def details(self):
        return {}


class RegisterForm(PortalForm):
    """登记印章：证书文件、密钥来源、印模下行的文字。"""

    certificate = forms.FileField(
        label="证书文件", help_text="发证机构给的 .cer、.crt 或 .pem；不要上传私钥或 .p12"
    )
    source = forms.ChoiceField(label="密钥来源", help_text="系统管理员在服务器上配置，私钥不经过本页")
    purpose = forms.CharField(label="印模下行文字", max_length=12, initial=PURPOSE)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(name, name) for name in sources()]

    def clean_certificate(self):
        upload = self.cleaned_data["certificate"]
        if upload.size > LARGEST:
            raise ValidationError("文件太大，不是证书文件")
        return upload.read()


class WithdrawForm(PortalForm):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def details(self):
        return dict(self.cleaned_data)


class Nothing(PortalForm):
    """The act needs a yes and nothing else."""

    def details(self):
        return {}


class CountersignedForm(PortalForm):
    """加签件：在原件上用本机构的签章软件签名后的文件。"""

    file = forms.FileField(label="加签后的文件（PDF）", validators=[validate_scan])

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if kind_of(upload) != "PDF":
            raise ValidationError("加签件须是 PDF。纸上签章的，到“上传盖章件”")
        return upload


class SealedScanForm(PortalForm):
    """盖章件：哪一份文书、盖了谁的章、扫描件。"""

    number = forms.CharField(label="文号", max_length=40, help_text="照手里的纸上印的填写")
    seals = forms.ChoiceField(label="盖了谁的章", choices=SealedScan.Seals.choices)
    scan = forms.FileField(label="扫描件", validators=[validate_scan], help_text="PDF、JPEG 或 PNG；全部页")

    def __init__(self, *args, paper, user, **kwargs):
        super().__init__(*args, **kwargs)
        own = "institution" if user.institution_id else "agency"
        shown = [(value, label) for value, label in SealedScan.Seals.choices if value in ("both", own)]
        if paper.sealed_sides:
            shown = [one for one in shown if one[0] == own]
        self.fields["seals"].choices = shown or [(own, dict(SealedScan.Seals.choices)[own])]

    def clean_scan(self):
        code_in(self.cleaned_data["scan"])  # read before the door locks anything; the door asks again
        return self.cleaned_data["scan"]

    def details(self):
        return dict(self.cleaned_data)


class CompareForm(PortalForm):
    """手里的文件：与印出的比一比，看签名。"""

    file = forms.FileField(label="文书文件（PDF）")

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(
                f"文件超过 {settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB，不是本门户印出的文书"
            )
        if not upload.size or kind_of(upload) != "PDF":
            raise ValidationError("文件不是 PDF。拍照、截图、扫描件不能核验，请用印出的原文件，或用验证码")
        return upload
