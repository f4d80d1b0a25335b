"""What Great Expectations imports in vain stays away, and is there as soon as it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows.postponed import postponed


def test_validation_imports_neither_plots_nor_statistics() -> None:
    code = (
        "import sys, flows.validation\n"
        "print(sorted({'altair', 'scipy.stats'} & sys.modules.keys()))\n"
        "from great_expectations.expectations.core.expect_column_kl_divergence_to_be_less_than import alt, stats\n"
        "print(float(stats.entropy([0.5, 0.5], base=2)), alt.Chart.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "1.0 Chart"]


def test_a_module_that_is_there_is_used_and_stays() -> None:
    module = sys.modules["subprocess"]
    with postponed("subprocess"):
        import subprocess as imported

        assert imported is module
    assert sys.modules["subprocess"] is module


def test_a_stand_in_goes_when_the_import_fails() -> None:
    sys.modules.pop("this", None)
    with pytest.raises(ImportError), postponed("this"):
        raise ImportError
    assert "this" not in sys.modules
