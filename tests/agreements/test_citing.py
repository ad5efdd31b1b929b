import pytest

from agreements.citing import cited

OTHER = {
    "第六十三条": "第二十条",
    "第六十四条": "第二十条",
    "第六十五条": "第二十条、第二十一条",
    "第八十条": "第二十五条",
    "第八十条（三）": "第二十六条",
}


@pytest.mark.parametrize(
    "words, own",
    [
        ("第八十条", "第二十五条"),
        ("第八十条（三）", "第二十六条"),
        ("第八十条（四）", "第二十五条"),
        ("第六十三条、第八十条", "第二十条、第二十五条"),
        ("第六十三条至第六十五条", "第二十条至第二十一条"),
        ("第六十三条至第六十四条", "第二十条"),
        ("第三十三条", "通行做法"),
        ("第三十三条、第八十条", "第二十五条"),
        ("办审分离", "办审分离"),
        ("须依据第六十三条或第三十三条的情形", "须依据第二十条的情形"),
    ],
)
def test_an_edition_names_its_own_articles_and_practice_where_it_is_silent(words, own):
    assert cited(words, OTHER) == own
