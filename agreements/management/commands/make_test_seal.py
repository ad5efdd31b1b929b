from django.core.management.base import BaseCommand, CommandError

from agreements.gate import RuleBroken
from agreements.papers.seal.seals import give_test_seal
from agreements.papers.seal.signer import SealRefused
from agreements.papers.seal.trial import make_test_key
from institutions.models import Agency, Institution


class Command(BaseCommand):
    help = "为一家经办机构制作并启用测试章（供演示、试用）；给出医疗机构代码的，制作它加签用的测试证书"

    def add_arguments(self, parser):
        parser.add_argument("code", help="经办机构代码，或医疗机构的医保代码")

    def handle(self, *args, code, **options):
        agency = Agency.objects.filter(code=code).select_related("current").first()
        party = agency or Institution.objects.filter(code=code).select_related("current").first()
        if party is None:
            raise CommandError(f"没有代码为 {code} 的经办机构或医疗机构")
        try:
            give_test_seal(agency) if agency else make_test_key(code, party.name)
        except (SealRefused, RuleBroken) as why:
            raise CommandError(str(why)) from why
        what = "测试章，已启用" if agency else "加签用的测试证书"
        self.stdout.write(f"{party.name}：{what}")
