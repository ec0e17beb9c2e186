"""What every connector must do, whoever wrote it. Inherit `suite.ConnectorContract`; see its docstring."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.backend", "tests.contract.ground", "tests.contract.mirror", "tests.contract.pulling",
    "tests.contract.writing",
)  # fmt: skip
