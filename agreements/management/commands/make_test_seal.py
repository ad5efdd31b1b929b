from django.core.management.base import BaseCommand, CommandError

from agreements.gate import RuleBroken, perform
from agreements.models import AgencySeal
from agreements.papers.seal.seals import register_seal
from agreements.papers.seal.signer import SealRefused
from agreements.papers.seal.trial import make_test_key
from institutions.models import Agency, Institution, Role


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
            source, certificate = make_test_key(code, party.name)
            if agency:
                self._seal(agency, source, certificate)
        except (SealRefused, RuleBroken) as why:
            raise CommandError(str(why)) from why
        what = "测试章，已启用" if agency else "加签用的测试证书"
        self.stdout.write(f"{party.name}：{what}")

    def _seal(self, agency, source, certificate):
        """Two people of the agency, as for a real one; the seal before it is withdrawn."""
        reviewer, leader = (_person(agency, role) for role in (Role.REVIEWER, Role.LEADER))
        for old in AgencySeal.objects.filter(agency=agency, is_test=True, status="released"):
            perform(old.withdraw, by=leader, reason="重新制作测试章")
        seal = register_seal(agency, certificate, source, by=reviewer, is_test=True)
        perform(seal.release, by=leader)


def _person(agency, role):
    person = agency.people.filter(role=role, is_active=True).order_by("pk").first()
    if person is None:
        raise CommandError(f"{agency.name}还没有{role.label}，印章须由复核登记、负责人启用")
    return person
