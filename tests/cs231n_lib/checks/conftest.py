import pytest

from cs231n_lib.checks import CheckFailed


@pytest.fixture(scope="session")
def message():
    """message(check, *arguments): what a check that fails says."""

    def message(check, *args, **kwargs):
        with pytest.raises(CheckFailed) as failed:
            check(*args, **kwargs)
        return str(failed.value)

    return message
