from django.core.management.base import BaseCommand, CommandError

from agreements.models import Edition, PrintedForm
from agreements.papers.fill.fingerprint import fingerprint
from agreements.papers.lanes import publish_form
from agreements.papers.refusals import PaperRefused


class Command(BaseCommand):
    help = "发布印制版式：每个文本版本排版一次并与逐份排版核对；已发布的不重做，未通过的重试。"

    def handle(self, **options):
        refused = []
        for edition in Edition.objects.filter(complete=True).order_by("pk"):
            try:
                form = self._published(edition)
            except PaperRefused as why:
                raise CommandError(str(why)) from why
            refused += [f"{edition}：{form.refusal}"] if form.refusal else []
        if refused:
            raise CommandError("没有通过核对，照常逐份排版：" + "；".join(refused))

    def _published(self, edition):
        form = PrintedForm.objects.live(edition, fingerprint(edition.text)["fingerprint"])
        if form is None:
            form = publish_form(edition)
            self.stdout.write(f"{edition}：{form.refusal or '印制版式已发布'}")
        return form
