"""What a person fills in at the edition desk."""

from itertools import pairwise

from django import forms
from django.core.exceptions import ValidationError

from config.forms import PortalForm

from ..edition_text import LOST
from .bundle import LARGEST_FILE, unpacked
from .choosing import SeveralField, articles_of
from .sources import FACTS, LABELS, LONGEST, MAY_BE_EMPTY
from .structure import set_out
from .text_faults import lost_places
from .toml_writing import GONE, with_facts
from .words import VALUES

AROUND = 60  # characters of the text shown on either side of a gap
HELP = {
    "code": "小写字母、数字和连字符，例如 dianhai-2026；同一文本的各次修订用同一个代码",
    "version": "同一代码下不重复，例如 3",
    "title": "与文本的标题一致",
    "subtitle": "例如 2025修订版",
}


class DraftForm(PortalForm):
    """A form over a draft: it carries the save from which the person began."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def catch_up(self, revision):
        """After a refusal: who has read what the other wrote may save over it."""
        self.data = self.data.copy()
        self.data["revision"] = revision


class CopyForm(PortalForm):
    """复制为草稿：结构差别大的，参数、违约情形可以从空白开始。"""

    terms_source = forms.BooleanField(
        label="从空白参数开始", required=False,
        help_text="不照抄参数和时限，只留每份文本都要有的几张空表。条号、事项和这份文本差别大的，勾上",
    )  # fmt: skip
    breaches_source = forms.BooleanField(
        label="从空白违约情形开始",
        required=False,
        help_text="不照抄违约情形和处理措施。违约情形另有写法的，勾上",
    )

    def details(self):
        return {"empty": [column for column, wanted in self.cleaned_data.items() if wanted]}


class RemovalForm(DraftForm):
    """A yes to what the page has listed; `was`: that list, as it was then."""

    was = forms.CharField(widget=forms.HiddenInput, required=False)


class SourceField(forms.CharField):
    """A whole file as it is: not a blank is lost, line ends as in the files."""

    def __init__(self, **kwargs):
        attrs = {"rows": 30, "spellcheck": "false", "class": "code source"}
        super().__init__(strip=False, max_length=LARGEST_FILE, widget=forms.Textarea(attrs=attrs), **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class SourceForm(DraftForm):
    source = SourceField(label="全文")

    def __init__(self, *args, column, **kwargs):
        super().__init__(*args, **kwargs)
        self.column = column
        self.fields["source"].label = LABELS[column]
        self.fields["source"].required = column != "commitment"

    def clean_source(self):
        given = self.cleaned_data["source"]
        return set_out(given) if self.column == "text" else given


class FactsForm(DraftForm):
    """版本说明：代码、修订号、名称、制定机关。地区由所属机构定。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("code", "version", "title", "subtitle", "issuer"):
            self.fields[name] = forms.CharField(
                label=FACTS[name], max_length=LONGEST[name], required=name not in MAY_BE_EMPTY,
                help_text=HELP.get(name, ""), widget=forms.TextInput(attrs={"class": "form-control"}),
            )  # fmt: skip

        self.fields["grades"] = forms.MultipleChoiceField(
            label="适用的等级", choices=list(VALUES["grades"].items()), required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}), help_text="都不选，是各级通用",
        )  # fmt: skip

    def facts(self):
        """{key: value for edition.toml}."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return given | {"grades": given["grades"] or GONE}


class GapsForm(DraftForm):
    """补缺：每一处缺失、前后的文字、补上的原文。"""

    def __init__(self, *args, texts, **kwargs):
        """`texts`: {column: source} of those with gaps."""
        super().__init__(*args, **kwargs)
        self.texts = texts
        for column, source in texts.items():
            for order, (place, around) in enumerate(
                zip(lost_places(source), surroundings(source), strict=True)
            ):
                self.fields[f"{column}-{order}"] = forms.CharField(
                    label=place, required=False, help_text=around,
                    widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
                )  # fmt: skip

    def clean(self):
        for name, words in list(self.cleaned_data.items()):
            if name != "revision" and "\n" in words.strip():
                self.add_error(name, "补的是一段里的文字，不能换行。要加段落的，到全文里改")

    def wordings(self, column):
        own = [name for name in self.fields if name.startswith(f"{column}-")]
        return [self.cleaned_data[name] for name in own]


def surroundings(source):
    """What stands before and after each gap."""
    pieces = source.split(LOST)
    for before, after in pairwise(pieces):
        yield f"…{_flat(before[-AROUND:])}〔……〕{_flat(after[:AROUND])}…"


def _flat(words):
    return " ".join(words.split())


class CitesForm(DraftForm):
    """条号对照：参照文本的每一条，在本文本里是哪一条、哪几条。"""

    def __init__(self, *args, lines, articles, **kwargs):
        super().__init__(*args, **kwargs)
        self.texts = {one.label: "".join(part.line for part in one.paragraphs) for one in articles}
        self.lines = {f"own-{place}": line for place, line in enumerate(lines)}
        for name, line in self.lines.items():
            choices = articles_of(articles, line.own)
            field = SeveralField(
                label=line.reference,
                choices=choices,
                spare=max(1, 2 - len(line.own)),
                none="本文本没有",
                required=False,
                initial=list(line.own),
            )
            self.fields[name] = field

    def rows(self):
        """[(line, its field, what the articles that stand there say)]."""
        for name, line in self.lines.items():
            yield line, self[name], [(one, self.texts[one]) for one in line.own if one in self.texts]

    def chosen(self):
        """{reference article: [own articles]}."""
        return {line.reference: self.cleaned_data[name] for name, line in self.lines.items()}


class ImportForm(PortalForm):
    """导入：一个版本的文件夹，压缩成 zip。"""

    file = forms.FileField(
        label="压缩包（zip）",
        help_text="一个文件夹，里面是 edition.toml、text.txt、commitment.txt、terms.toml、breaches.toml",
    )

    def clean_file(self):
        try:
            self.sources = unpacked(self.cleaned_data["file"])
            with_facts(self.sources["manifest"], {})
        except ValueError as wrong:  # BadBundle, BadSources, BadTerms
            raise ValidationError(str(wrong)) from wrong
        return self.cleaned_data["file"]


class CompareForm(PortalForm):
    """两个版本，或一个版本和一份草稿。"""

    left = forms.ChoiceField(label="左边")
    right = forms.ChoiceField(label="右边")

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("left", "right"):
            self.fields[name].choices = choices


class ReasonForm(PortalForm):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def details(self):
        return dict(self.cleaned_data)


class Nothing(PortalForm):
    """The act needs a yes and nothing else."""

    def details(self):
        return {}
