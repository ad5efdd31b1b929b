from django import forms


class Styled:
    """Bootstrap's classes on every widget, the browser's own date picker, and no other behaviour."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dress()

    def dress(self):
        """Fields that were added since the form was made need it too; what is dressed stays as it is."""
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.DateInput):
                widget.input_type, widget.format = "date", "%Y-%m-%d"
            classes = widget.attrs.get("class", "").split()
            if (wanted := _css_class(widget)) not in classes:
                widget.attrs["class"] = " ".join([*classes, wanted])


def _css_class(widget):
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class PortalForm(Styled, forms.Form):
    """A form of the portal."""


class PortalModelForm(Styled, forms.ModelForm):
    """A form over one record of the portal."""
