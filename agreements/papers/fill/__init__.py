"""Filling in a form that is laid out already: the constant part of the file stays, a few small objects are new.

`publish` lays a form out once by the same press as every other paper; `splice` writes one agreement into it without
layout and without a PDF library; `golden` compares the two ways page by page.
"""
