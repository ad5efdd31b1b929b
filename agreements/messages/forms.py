from config.forms import PortalModelForm
from institutions.models import User


class MailForm(PortalModelForm):
    class Meta:
        model = User
        fields = ["email", "mail_wanted"]
        help_texts = {"email": "邮件只写协议、事项和日期，不写事由和个人信息"}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("mail_wanted") and not cleaned.get("email") and not self.errors:
            self.add_error("email", "要用邮件提醒，先填邮箱；不用的，取消“用邮件提醒”")
        return cleaned

    def save(self, commit=True):
        self.instance.save(update_fields=self.Meta.fields)
        return self.instance
