"""nbval's runs of the notebooks are checked and kept by this plugin."""

pytest_plugins = ["booktools.notebooks.capture"]
