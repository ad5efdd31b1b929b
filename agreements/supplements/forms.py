"""What a person fills in about a supplement that is drafted once for many."""

import re

from django import forms

from config.forms import PortalForm

from ..forms import ActForm, ReasonForm, day_field, words

ARTICLE = re.compile(r"第[零一二三四五六七八九十百]+条")


class SupplementForm(PortalForm):
    """统一补充协议的内容：条款一行一条，改动的参数照协议文本的表和项写。"""

    title = forms.CharField(label="名称", max_length=100)
    document = forms.CharField(label="政策文号", max_length=100, required=False)
    reason = words("订立原因")
    clauses = words("条款", limit=20_000, help_text="一行一条，序号由门户加；照印出的文字写")
    articles = forms.CharField(
        label="涉及的条文", max_length=300, required=False, help_text="例如：第七十九条、第三十九条"
    )
    terms_source = words(
        "改动的参数", limit=5_000, required=False,
        help_text="一张表一段，例如：[suspension] 换行 max_days = 90；只改文字的不填",
    )  # fmt: skip
    from_on = day_field("最早适用日期", required=False, help_text="不填的，自双方签署之日起适用")

    def clean_clauses(self):
        return [line.strip() for line in self.cleaned_data["clauses"].splitlines() if line.strip()]

    def clean_articles(self):
        return ARTICLE.findall(self.cleaned_data["articles"])

    @staticmethod
    def initial_of(supplement):
        names = ("title", "document", "reason", "terms_source", "from_on")
        return {name: getattr(supplement, name) for name in names} | {
            "clauses": "\n".join(supplement.clauses), "articles": "、".join(supplement.articles),
        }  # fmt: skip


class ReviewForm(ActForm):
    opinion = words("意见", initial="条款和参数已核对，同意")


class BackForm(ReasonForm):
    """退回、撤销：写明原因。"""


class SignTogetherForm(ActForm):
    """甲方法定代表人成批签署；委托代理人逐份签署。"""

    name = forms.CharField(label="签署人", max_length=50, help_text="法定代表人本人")
    agree = forms.BooleanField(label="本人已阅读补充协议，同意逐份签署，并对签署的真实性负责")

    def prepare(self):
        self.initial["name"] = self.agreement.agency.current.legal_representative

    def details(self):
        return {"name": self.cleaned_data["name"], "statement": self.fields["agree"].label}
