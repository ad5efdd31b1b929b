"""Printing: from a form's text and its values to the bytes of a PDF. No models, no database."""
