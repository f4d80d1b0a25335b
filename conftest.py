"""Tests read the sources, not what ``make compile`` may have made of them: some count the lines that run."""

import os

os.environ["TRANSFORMS_COMPILED"] = "0"
