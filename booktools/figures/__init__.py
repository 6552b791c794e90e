"""What the figures of the book show: read back by the chapters' tests, checked by `layout`."""

from booktools.figures.data import readouts, series, slider_values

__all__ = ["readouts", "series", "slider_values"]
