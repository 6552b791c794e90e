"""Checks of the chapters' prose: numbers, language, structure."""
