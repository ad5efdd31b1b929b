"""What a person chooses beside the conditions."""

from django import forms

from config.forms import PortalForm

from ..models import PrintBatch


class BatchForm(PortalForm):
    """What is printed and what comes of it."""

    purpose = forms.ChoiceField(
        label="打印什么", choices=PrintBatch.Purpose, initial=PrintBatch.Purpose.SIGNED_COPY
    )
    output = forms.ChoiceField(label="成品", choices=PrintBatch.Output, initial=PrintBatch.Output.ARCHIVE)
