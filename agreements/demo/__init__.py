"""The demo: a small province, built through the door."""

# What apps above this one add to it, in this order: callables (desk, known agreements by their key, pool of printers).
MORE = []
