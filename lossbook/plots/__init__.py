"""Figures of the book: one module per loss, and the tools they are drawn with.

Authors import from the modules themselves: ``lossbook.plots.figure``, ``lossbook.plots.slider``
and ``lossbook.plots.style``. Matplotlib is needed only here.
"""
