import pytest

from cs231n_lib.checks import CheckFailed


@pytest.fixture(scope="session")
def message():
    """message(check, *arguments) is the message of a check that fails."""

    def message(check, *args, **kwargs):
        with pytest.raises(CheckFailed) as failed:
            check(*args, **kwargs)
        return str(failed.value)

    return message
