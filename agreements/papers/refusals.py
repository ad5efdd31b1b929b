"""Why a paper cannot be printed; `str()` of each is the sentence shown to people."""


class PaperRefused(Exception):
    """The paper was not printed. Nothing was written anywhere."""


class MissingField(PaperRefused):
    """Blanks of the form without a value; `labels` names them as people know them (Q00.1, Q00.2)."""

    def __init__(self, labels, place="封面", remedy="请先在机构档案补全"):
        self.labels = tuple(labels)
        super().__init__(f"{place}缺少：{'、'.join(self.labels)}。{remedy}")


class MissingGlyph(PaperRefused):
    """A character that no font of ours can draw; it would print as a box or in a stranger's font."""

    def __init__(self, char, field):
        self.char, self.codepoint, self.field = char, f"U+{ord(char):04X}", field
        shown = char if char.isprintable() else "不可见字符"
        super().__init__(
            f"“{field}”中的“{shown}”（{self.codepoint}）字体中没有，无法打印。请核对该字，或改用规范写法后重试"
        )


class FontMissing(PaperRefused):
    """A print font is not on this machine."""

    def __init__(self, path):
        self.path = path
        super().__init__(f"打印字体不存在：{path}。请运行 python -m config.setup.fonts 后重试")
