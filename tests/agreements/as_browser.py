"""What a browser sends of a form that nobody has touched: read from the page itself."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.sent, self.select, self.area, self.first = {}, None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, kind = attrs.get("name"), attrs.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file"):
            if kind not in ("checkbox", "radio") or "checked" in attrs:
                self._add(name, attrs.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select, self.first = name, None
        elif tag == "option" and self.select:
            self.first = attrs.get("value", "") if self.first is None else self.first
            if "selected" in attrs:
                self._add(self.select, attrs.get("value", ""))
        elif tag == "textarea":
            self.area = name
            self._add(name, "")

    def handle_data(self, data):
        if self.area:
            self.sent[self.area][-1] += data

    def handle_endtag(self, tag):
        if tag == "select":
            if self.select not in self.sent and self.first is not None:
                self._add(self.select, self.first)
            self.select = None
        elif tag == "textarea":
            self.sent[self.area][-1] = self.sent[self.area][-1].removeprefix("\n")
            self.area = None

    def _add(self, name, value):
        self.sent.setdefault(name, []).append(value or "")


def untouched(html):
    """{name: [values]} of all fields of this page or form."""
    reader = _Fields()
    reader.feed(str(html))
    return reader.sent
