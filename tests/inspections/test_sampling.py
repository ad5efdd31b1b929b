"""Random samples that anybody can draw again (第三十七条)."""

from decimal import Decimal
from math import ceil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.gate import RuleBroken
from inspections import actions
from inspections.models import SampleDraw
from inspections.sampling import draw, fingerprint, numbered_cases, sample_size

pytestmark = pytest.mark.each_text

RATE = Decimal("0.05")


@pytest.mark.rule("Q37.4")
@pytest.mark.parametrize(
    "population, size",
    [(0, 0), (1, 1), (19, 1), (20, 1), (21, 2), (1000, 50), (1001, 51), (1020, 51), (1021, 52)],
)
def test_five_in_a_hundred_rounded_up_and_at_least_one(population, size):
    assert sample_size(population, RATE, 1) == size


def test_a_minimum_never_asks_for_more_than_there_are():
    assert sample_size(3, RATE, 10) == 3


@pytest.mark.rule("Q37.4")
def test_the_same_seed_gives_the_same_list_in_whatever_order_the_cases_come():
    cases = [f"ZY{number:05d}" for number in range(1001)]
    first = draw(cases, RATE, 1, "a1")
    assert first == draw(cases[::-1] + cases[:7], RATE, 1, "a1")
    assert first.size == len(first.chosen) == len(set(first.chosen)) == 51
    assert set(first.chosen) <= set(cases)
    assert draw(cases, RATE, 1, "a2").chosen != first.chosen


def test_the_draw_is_fixed_for_all_time():
    """Computed once by hand: SHA-256 of "seed:case", the smallest first."""
    assert draw(numbered_cases(60), RATE, 1, "seed").chosen == ("7", "23", "27")
    assert fingerprint(["b", "a"]) == fingerprint(["a", "b", "a"])


def test_every_case_has_the_same_chance():
    counts = dict.fromkeys(numbered_cases(100), 0)
    for seed in range(400):
        for case in draw(numbered_cases(100), RATE, 1, str(seed)).chosen:
            counts[case] += 1
    assert sum(counts.values()) == 2000
    chi = sum((count - 20) ** 2 / 20 for count in counts.values())
    assert chi < 149  # 99 degrees of freedom: one in a thousand lies above


def size_of(population, office):
    """51 of 1001 and 2 of 40 at five in a hundred."""
    return ceil(population * office.desk.terms.audit.inpatient_sample_rate)


@pytest.mark.rule("Q37.4")
def test_a_draw_is_stored_with_everything_that_is_needed_to_draw_it_again(office):
    sample = actions.draw_sample(office.underway(), by=office.inspector, about="出院病例", population=1001)
    assert (sample.size, sample.population, len(sample.seed)) == (size_of(1001, office), 1001, 16)
    assert SampleDraw.objects.get().is_reproduced
    SampleDraw.objects.update(chosen=[*sample.chosen[:-1], "1002"])
    assert not SampleDraw.objects.get().is_reproduced


def test_a_second_draw_leaves_the_first(office):
    inspection = office.underway()
    seeds = {
        actions.draw_sample(inspection, by=office.inspector, about="x", population=10).seed for _ in range(3)
    }
    assert len(seeds) == SampleDraw.objects.count() == 3


def test_nothing_is_drawn_from_nothing(office):
    with pytest.raises(RuleBroken, match="没有可以抽取的"):
        actions.draw_sample(office.underway(), by=office.inspector, about="x")


@pytest.mark.rule("Q37.4")
def test_a_list_is_handed_in_as_a_spreadsheet(office, client):
    inspection = office.underway()
    client.force_login(office.inspector, backend="django.contrib.auth.backends.ModelBackend")
    lines = ["住院号", *(f"ZY{number:04d}" for number in range(40)), "ZY0000", ""]
    listed = SimpleUploadedFile("名单.csv", "\r\n".join(lines).encode("gb18030"))
    path = f"/inspections/{inspection.number}/samples/"
    assert client.post(path, {"about": "出院", "listed": listed}).status_code == 302
    sample = SampleDraw.objects.get()
    assert (sample.population, sample.size, sample.is_reproduced) == (40, size_of(40, office), True)
    assert "重算一致" in client.get(path).content.decode()
    answer = client.post(path, {"about": "出院"})
    assert "填写数量，或上传名单" in answer.content.decode()
