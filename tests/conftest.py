"""Rules for every test: no property test is timed, no keyring touched, and where all is promised nothing left out."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long one example takes says something about the machine, not about the code; pytest-timeout ends what hangs.
settings.register_profile("crmsync", deadline=None, print_blob=True)
settings.load_profile("crmsync")

# No password of a test gets into the keyring of whoever runs the tests, whichever process would put it there.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set, a test against a real server that was skipped has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and "live" in item.keywords and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs a server that did not start, and CI skips no live test ({call.excinfo})"
    return report
