"""两个版本对照：按内容配对，条号变了也对得上。"""

import re

from agreements.edition_desk.compare import compared, marked, parts_of
from agreements.edition_desk.compare_terms import compared_terms
from agreements.edition_text import chinese_number, number_of, read_text
from agreements.terms import read_terms

from .edition_texts import FOLDER, SMALL, official


def pairs(left, right):
    return compared(parts_of(read_text(left)), parts_of(read_text(right)))


def without_article(source, number):
    """The text with one article gone and those after it numbered one less, as the Shanghai texts differ."""
    kept, dropping = [], False
    for line in source.split("\n"):
        if heading := re.match(r"第([一二三四五六七八九十]+)条\s", line):
            found = number_of(heading[1])
            dropping = found == number
            if found > number:
                line = line.replace(heading[0], f"第{chinese_number(found - 1)}条{heading[0][-1]}", 1)
        if not dropping or (line.startswith("第") and "章" in line[:4]):
            kept.append(line)
    return "\n".join(kept)


def test_a_text_is_equal_to_itself():
    assert all(pair.equal and not pair.renumbered for pair in pairs(official()["text"], official()["text"]))


def test_a_changed_word_is_marked_in_its_paragraph_alone():
    changed = SMALL.replace("按月拨付", "按季拨付")
    (pair,) = (one for one in pairs(SMALL, changed) if not one.equal)
    assert pair.left.label == "第一条" and pair.lines == (
        ([("", "甲方按"), ("del", "月"), ("", "拨付费用。")], [("", "甲方按"), ("ins", "季"), ("", "拨付费用。")]),
    )  # fmt: skip


def test_an_item_that_is_new_stands_beside_nothing():
    changed = SMALL.replace("（二）虚构服务的。", "（二）分解住院的；\n（三）虚构服务的。")
    (pair,) = (one for one in pairs(SMALL, changed) if not one.equal)
    assert any(gone == [] or all(kind == "del" for kind, _ in gone) for gone, _ in pair.lines)
    assert "（三）" in "".join(words for _, come in pair.lines for _, words in come)


def test_articles_are_paired_by_what_they_say_not_by_their_number():
    source = official()["text"]
    shifted = without_article(source, 10)
    found = pairs(source, shifted)
    (alone,) = (one for one in found if one.right is None)
    assert alone.left.label == "第十条" and not [one for one in found if one.left is None]
    moved = [one for one in found if one.renumbered]
    assert len(moved) == 75 and all(one.left.number == one.right.number + 1 for one in moved)
    assert all(one.equal for one in moved)


def test_what_only_the_right_has_stands_where_it_stands_there():
    found = pairs(without_article(SMALL, 2), SMALL)
    labels = [(one.left and one.left.label, one.right and one.right.label) for one in found]
    assert labels[2:5] == [("第一条", "第一条"), (None, "第二条"), ("第二条", "第三条")]


def test_nothing_is_lost_and_nothing_invented():
    for old, new in [("甲乙丙", "甲丁丙"), ("", "甲"), ("甲", ""), ("按月拨付费用", "按季拨付的费用")]:
        gone, come = marked(old, new)
        assert "".join(words for _, words in gone) == old and "".join(words for _, words in come) == new


def test_terms_are_one_table_with_what_differs_first():
    source = official()["terms_source"]
    other = source.replace("max_days = 180", "max_days = 90").replace("length = 10  #", "length = 15  #", 1)
    other = re.sub(r"\[cascade\][^\[]+\[\"requested[^\[]+\[\"causes\"\]\n", "", other)
    rows = compared_terms(read_terms(source), read_terms(other))
    differing = [(row.concept, row.key, row.left, row.right) for row in rows if row.differs]
    assert ("中止", "最长（日）", "180", "90") in differing
    assert ("时限 T-34c 答复乙方的申请", "期限", "甲：10工作日", "甲：15工作日") in differing
    assert ("联动", "适用", "是", "") in differing
    assert [row.differs for row in rows] == sorted((row.differs for row in rows), reverse=True)
    (capital,) = (row for row in rows if (row.concept, row.key) == ("质量保证金", "比例"))
    assert (capital.left, capital.left_article) == ("0.05", "第三十三条")


def test_what_is_too_long_to_be_compared_is_shown_as_a_whole():
    old, new = "甲乙" * 2000, "乙丙" * 2000
    assert marked(old, new) == ([("del", old)], [("ins", new)])


def test_very_many_articles_are_paired_by_number():
    many = "标题\n\n序言\n\n" + "\n".join(f"第{chinese_number(n)}条　甲{n}" for n in range(1, 260))
    found = pairs(many, many.replace("甲", "乙"))
    assert all(pair.left.label == pair.right.label for pair in found)


def test_the_two_texts_of_shanghai_are_paired_as_they_were_written():
    """Section 9 of the rule catalogue: from article 8 on, the text for 一级 is numbered otherwise."""
    left, right = (
        (FOLDER.parent / f"shanghai-{name}/text.txt").read_text(encoding="utf-8")
        for name in ("secondary", "primary")
    )
    found = [one for one in pairs(left, right) if (one.left or one.right).number]
    numbers = [(one.left and one.left.number, one.right and one.right.number) for one in found]
    same = {n: n for n in range(1, 8)} | {
        9: 8,
        10: 9,
        12: 14,
        13: 15,
        15: 17,
        16: 18,
        17: 19,
        18: 20,
        19: 21,
        20: 22,
    }
    assert {one: two for one, two in numbers if one and two} == same
    assert [two for one, two in numbers if one is None] == [10, 11, 12, 13, 16, 23]
    assert {one.left.number for one in found if one.equal} == set(same) - {2, 20}


def test_a_blank_that_asks_for_something_else_is_a_difference():
    changed = SMALL.replace("乙方：{institution_name}", "乙方：{institution_code:____}")
    (pair,) = (one for one in pairs(SMALL, changed) if not one.equal)
    assert (
        pair.left.label == "封面" and "［乙方名称］" in pair.left.text and "［乙方代码］" in pair.right.text
    )
