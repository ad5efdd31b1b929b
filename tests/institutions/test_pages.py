"""The pages of the institutions: who sees, who may, what a list finds, what a change leaves behind."""

import csv
import io
import os
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.timezone import localdate
from openpyxl import load_workbook

from institutions.actions import register_institution, revise_institution
from institutions.differences import FACTS
from institutions.intake import read_sheet
from institutions.models import Institution, Role, User
from institutions.resources import import_sheet
from tests.conftest import facts, uscc
from tests.institutions.sheets import csv_file, row

pytestmark = pytest.mark.django_db


def as_person(client, user):
    client.force_login(user)
    return client


def revision(institution, **changed):
    """What the form of 登记变更 posts."""
    current = institution.current
    posted = {name: getattr(current, name) or "" for name in FACTS}
    return {**posted, "valid_from": localdate(), "reason": "卫健委批准", "base": current.number, **changed}


WHO = [
    ("clerk", 200, 200, 200, 200),
    ("county_clerk", 200, 200, 200, 200),
    ("reviewer", 200, 403, 403, 403),
    ("leader", 200, 403, 403, 403),
    ("other_clerk", 404, 404, 200, 200),
    ("operator", 200, 403, 403, 403),
    ("other_operator", 404, 404, 403, 403),
]


@pytest.mark.parametrize("who, record, revise, new, load", WHO)
def test_who_sees_and_who_may(who, record, revise, new, load, client, hospital, request):
    as_person(client, request.getfixturevalue(who))
    answers = [
        client.get(reverse(name, args=args)).status_code
        for name, args in [
            ("institution", [hospital.code]),
            ("institution-revise", [hospital.code]),
            ("institution-new", []),
            ("institution-import", []),
        ]
    ]
    assert answers == [record, revise, new, load]


def test_a_stranger_is_sent_to_the_login(client, hospital):
    for name, args in [
        ("institutions", []),
        ("institution", [hospital.code]),
        ("institution-export", ["xlsx"]),
    ]:
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 302 and answer.url.startswith("/login/")


class TestTheList:
    def codes(self, client, **query):
        answer = client.get(reverse("institutions"), query)
        return [institution.code for institution in answer.context["page_obj"]]

    def test_it_shows_the_region_and_nothing_else(self, client, clerk, other_clerk, hospital, other_hospital):
        assert self.codes(as_person(client, clerk)) == [hospital.code, other_hospital.code]
        assert self.codes(as_person(client, other_clerk)) == []

    def test_an_institution_goes_straight_to_its_own_record(self, client, operator, hospital):
        assert as_person(client, operator).get(reverse("institutions")).url == reverse(
            "institution", args=[hospital.code]
        )

    @pytest.mark.parametrize(
        "query, found",
        [
            ({"q": "湟滨"}, 1), ({"q": "H63010500002"}, 1), ({"q": "h630105"}, 2), ({"q": uscc(2)}, 1), ({"q": "无此"}, 0),
            ({"grade": "2A"}, 2), ({"grade": "3A"}, 0), ({"category": "general"}, 2), ({"nature": "private"}, 0),
            ({"region": "630100"}, 2), ({"region": "630105"}, 2), ({"status": "active"}, 0), ({"grade": "bogus"}, 2),
        ],
    )  # fmt: skip
    def test_it_is_filtered(self, query, found, client, clerk, hospital, other_hospital):
        assert len(self.codes(as_person(client, clerk), **query)) == found

    def test_it_is_sorted_both_ways(self, client, clerk, hospital, other_hospital):
        revise_institution(other_hospital, by=clerk, reason="更名", name="阿医院")
        as_person(client, clerk)
        assert self.codes(client, sort="-code") == [other_hospital.code, hospital.code]
        first, last = self.codes(client, sort="name"), self.codes(client, sort="-name")
        assert first == last[::-1]
        assert self.codes(client, sort="bogus") == [hospital.code, other_hospital.code]

    def test_it_says_what_to_do_when_it_is_empty(self, client, other_clerk, clerk, hospital):
        assert "还没有机构" in as_person(client, other_clerk).get(reverse("institutions")).content.decode()
        page = as_person(client, clerk).get(reverse("institutions"), {"q": "无此"}).content.decode()
        assert "没有符合条件的机构" in page and "清除条件" in page

    def test_its_queries_do_not_grow_with_its_rows(
        self, client, clerk, regions, django_assert_max_num_queries
    ):
        as_person(client, clerk)
        for number in range(10, 70):
            register_institution(
                f"H630105{number:05d}", regions["630105"], by=None, **facts(f"医院{number}", number)
            )
        with django_assert_max_num_queries(13):
            answer = client.get(reverse("institutions"))
        assert len(answer.context["page_obj"]) == 50 and answer.context["page_obj"].paginator.count == 60


@pytest.fixture
def draft(agency, hospital, clerk, edition):
    return hospital.agreements.create(
        number="630100-2026-0001", agency=agency, edition=edition, drafted_by=clerk,
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip


class TestAgreementsOfAnInstitution:
    def test_the_list_shows_and_filters_by_their_state(self, client, clerk, draft, other_hospital):
        as_person(client, clerk)
        answer = client.get(reverse("institutions"), {"status": "draft"})
        assert list(answer.context["page_obj"]) == [draft.institution]
        assert '<span class="state s-draft">草拟</span>' in answer.content.decode()
        assert not client.get(reverse("institutions"), {"status": "active"}).context["page_obj"]

    def test_the_record_names_those_that_the_reader_may_see(self, client, clerk, operator, draft, hospital):
        address = reverse("institution", args=[hospital.code])
        assert draft.number in as_person(client, clerk).get(address).content.decode()
        assert draft.number not in as_person(client, operator).get(address).content.decode()

    def test_an_agency_elsewhere_sees_whom_it_has_an_agreement_with_but_may_not_change_it(
        self, client, other_clerk, draft, hospital, other_agency
    ):
        as_person(client, other_clerk)
        address = reverse("institution", args=[hospital.code])
        assert client.get(address).status_code == 404
        draft.agency = other_agency
        draft.save()
        page = client.get(address).content.decode()
        assert draft.number in page and hospital.current.bank_account not in page
        assert client.get(reverse("institution-revise", args=[hospital.code])).status_code == 403

    def test_the_record_asks_no_more_of_the_database_the_longer_it_gets(
        self, client, clerk, draft, hospital, django_assert_max_num_queries
    ):
        for beds in range(1, 12):
            revise_institution(hospital, by=clerk, reason="床位", beds=beds)
        as_person(client, clerk)
        with django_assert_max_num_queries(17):
            client.get(reverse("institution", args=[hospital.code]))


class TestTheRecord:
    def page(self, client, user, institution):
        return as_person(client, user).get(reverse("institution", args=[institution.code])).content.decode()

    def test_it_lists_every_version_with_who_why_and_what(self, client, clerk, hospital):
        revise_institution(hospital, by=clerk, reason="床位批复", beds=260, controller="钱大")
        page = self.page(client, clerk, hospital)
        for words in (
            "第 2 版",
            "床位批复",
            "马青禾",
            "<del>200</del>",
            "<ins>260</ins>",
            "<ins>钱大</ins>",
            "第 1 版",
        ):
            assert words in page

    @pytest.mark.rule("Q03.2")
    def test_a_licence_about_to_end_or_ended_is_pointed_out(self, client, clerk, hospital):
        assert "执业许可证有效期至 <strong>" not in self.page(client, clerk, hospital)
        revise_institution(
            hospital, by=clerk, reason="x", licence_expires_on=localdate() + timedelta(days=30)
        )
        assert "执业许可证有效期至 <strong>" in self.page(client, clerk, hospital)
        revise_institution(hospital, by=clerk, reason="x", licence_expires_on=localdate() - timedelta(days=1))
        assert "执业许可证已于" in self.page(client, clerk, hospital)

    def test_the_whole_account_is_for_those_who_need_it(
        self, client, clerk, operator, province_agency, hospital
    ):
        inspector = User.objects.create_user("i", "查", Role.INSPECTOR, agency=province_agency)
        assert hospital.current.bank_account in self.page(client, clerk, hospital)
        assert hospital.current.bank_account in self.page(client, operator, hospital)
        page = self.page(client, inspector, hospital)
        assert hospital.current.bank_account not in page and "**** 0001" in page

    def test_only_a_clerk_is_offered_acts(self, client, clerk, reviewer, hospital):
        for words in ("起草协议", "登记变更"):
            assert f">{words}</a>" in self.page(client, clerk, hospital)
            assert f">{words}</a>" not in self.page(client, reviewer, hospital)


class TestRevising:
    def send(self, client, institution, **changed):
        return client.post(
            reverse("institution-revise", args=[institution.code]), revision(institution, **changed)
        )

    def test_a_change_starts_the_next_version(self, client, clerk, hospital):
        assert self.send(as_person(client, clerk), hospital, beds=260).status_code == 302
        hospital.refresh_from_db()
        current = hospital.current
        assert (current.number, current.beds, current.reason, current.recorded_by) == (
            2,
            260,
            "卫健委批准",
            clerk,
        )
        assert hospital.versions.get(number=1).beds == 200

    def test_the_same_form_sent_twice_makes_one_version(self, client, clerk, hospital):
        as_person(client, clerk)
        for _ in range(2):
            assert self.send(client, hospital, beds=260).status_code == 302
        assert hospital.versions.count() == 2

    def test_a_form_older_than_the_last_change_is_refused(self, client, clerk, hospital):
        revise_institution(hospital, by=clerk, reason="别人的", staff=1)
        answer = self.send(as_person(client, clerk), hospital, beds=260)
        assert "马青禾 已登记第2版" in answer.content.decode()
        assert hospital.versions.count() == 2

    def test_wrong_facts_come_back_into_their_fields(self, client, clerk, hospital):
        page = self.send(
            as_person(client, clerk), hospital, uscc="1", valid_from="2020-01-01"
        ).content.decode()
        assert "统一社会信用代码应为18位" in page
        page = self.send(client, hospital, beds=1, valid_from="2020-01-01").content.decode()
        assert "不能早于现行版本的生效日期" in page
        assert hospital.versions.count() == 1


class TestRegistering:
    def send(self, client, region="630105", **changed):
        posted = {
            **facts("新医院", 77),
            "code": "H63010500077",
            "region": region,
            "valid_from": localdate(),
            **changed,
        }
        return client.post(reverse("institution-new"), posted)

    def test_a_new_institution_gets_its_first_version(self, client, clerk, regions):
        assert self.send(as_person(client, clerk)).status_code == 302
        assert Institution.objects.get(code="H63010500077").current.recorded_by == clerk

    def test_a_code_is_registered_once(self, client, clerk, regions):
        as_person(client, clerk)
        self.send(client)
        assert "已经登记" in self.send(client).content.decode()
        assert Institution.objects.count() == 1

    def test_a_region_of_another_agency_is_refused(self, client, clerk, regions):
        page = self.send(as_person(client, clerk), region="630200").content.decode()
        assert not Institution.objects.exists() and "invalid-feedback" in page


class TestImporting:
    def upload(self, client, file):
        return client.post(reverse("institution-import"), {"file": file}, follow=True)

    def confirm(self, client, sha256):
        return client.post(reverse("institution-import-preview"), {"sha256": sha256}, follow=True)

    def test_upload_preview_confirm(self, client, clerk, hospital):
        answer = self.upload(as_person(client, clerk), csv_file([row(501), row(1, "西宁湟滨医院", beds=260)]))
        page = answer.content.decode()
        assert (
            "新增 1，更新 1，未变 0，错误 0" in page and "<del>200</del>" in page and "<ins>260</ins>" in page
        )
        assert Institution.objects.count() == 1
        done = self.confirm(client, answer.context["preview"].sha256)
        assert "已导入：新增 1，更新 1" in done.content.decode()
        assert Institution.objects.get(code="H63010500501").current.recorded_by == clerk

    def test_a_second_confirmation_does_nothing(self, client, clerk, hospital):
        sha256 = (
            self.upload(as_person(client, clerk), csv_file([row(1, "西宁湟滨医院", beds=3)]))
            .context["preview"]
            .sha256
        )
        self.confirm(client, sha256)
        assert "没有重复写入" in self.confirm(client, sha256).content.decode()
        assert hospital.versions.count() == 2

    def test_only_the_previewed_file_can_be_confirmed(self, client, clerk, regions):
        as_person(client, clerk)
        first = self.upload(client, csv_file([row(501)])).context["preview"].sha256
        self.upload(client, csv_file([row(502)]))
        self.confirm(client, first)
        assert not Institution.objects.exists()

    def test_a_file_changed_in_the_store_is_not_taken(self, client, clerk, regions, tmp_path):
        sha256 = self.upload(as_person(client, clerk), csv_file([row(501)])).context["preview"].sha256
        [stored] = (tmp_path / "imports").iterdir()
        stored.write_bytes(csv_file([row(502)]).read())
        self.confirm(client, sha256)
        assert not Institution.objects.exists()

    def test_errors_are_listed_and_cannot_be_confirmed(self, client, clerk, regions):
        answer = self.upload(as_person(client, clerk), csv_file([row(501), row(502, uscc="1")]))
        page = answer.content.decode()
        assert "第 3 行" in page and "统一社会信用代码应为18位" in page and "写入：" not in page
        self.confirm(client, answer.context["preview"].sha256)
        assert not Institution.objects.exists()

    def test_what_is_no_table_is_refused_on_the_form(self, client, clerk, regions, tmp_path):
        page = self.upload(as_person(client, clerk), ContentFile(b"%PDF-1.7", name="a.xlsx")).content.decode()
        assert "文件内容是 PDF" in page
        assert not (tmp_path / "imports").exists()

    def test_previews_of_yesterday_are_cleaned(self, client, clerk, regions, tmp_path):
        (tmp_path / "imports").mkdir()
        old = tmp_path / "imports" / "old.csv"
        old.write_bytes(b"x")
        os.utime(old, (0, 0))
        self.upload(as_person(client, clerk), csv_file([row(501)]))
        assert len(list((tmp_path / "imports").iterdir())) == 1 and not old.exists()

    def test_a_preview_belongs_to_its_session(self, client, clerk, county_clerk, regions):
        sha256 = self.upload(as_person(client, clerk), csv_file([row(501)])).context["preview"].sha256
        client.logout()
        self.confirm(as_person(client, county_clerk), sha256)
        assert not Institution.objects.exists()


class TestExporting:
    def rows(self, client, kind, **query):
        answer = client.get(reverse("institution-export", args=[kind]), query)
        content = b"".join(answer.streaming_content)
        if kind == "xlsx":
            return [
                list(cells) for cells in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
            ]
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    def test_the_result_of_the_filter_is_exported(self, kind, client, clerk, hospital, other_hospital):
        rows = self.rows(as_person(client, clerk), kind, q="湟滨")
        assert (
            len(rows) == 2
            and rows[0][:3] == ["医保代码", "统筹区代码", "名称"]
            and rows[1][2] == "西宁湟滨医院"
        )

    def test_nothing_outside_what_one_sees_is_exported(self, client, other_clerk, hospital):
        assert len(self.rows(as_person(client, other_clerk), "csv")) == 1

    def test_accounts_are_shortened_for_those_who_may_not_see_them(self, client, clerk, agency, hospital):
        inspector = User.objects.create_user("i", "查", Role.INSPECTOR, agency=agency)
        assert self.rows(as_person(client, clerk), "csv")[1][-1] == hospital.current.bank_account
        assert self.rows(as_person(client, inspector), "csv")[1][-1] == "**** 0001"

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    @pytest.mark.parametrize("live", ["=1+1", "+86 971", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
    def test_no_cell_is_a_live_formula(self, live, kind, client, clerk, hospital):
        # Written past the form: what an older import may have left in the table.
        type(hospital.current).objects.filter(pk=hospital.current_id).update(address=live)
        cells = [str(cell) for cell in self.rows(as_person(client, clerk), kind)[1]]
        assert f"'{live}" in cells
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) for cell in cells)

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    def test_the_sample_can_be_downloaded_and_imported(self, kind, client, clerk, regions):
        answer = as_person(client, clerk).get(reverse("institution-sample", args=[kind]))
        file = ContentFile(b"".join(answer.streaming_content), name=f"样表.{kind}")
        assert import_sheet(read_sheet(file), dry_run=True).summary == "新增 2，更新 0，未变 0，错误 0"
