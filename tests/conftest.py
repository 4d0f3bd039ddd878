"""Settings for all tests."""

from hypothesis import settings

# the same examples on every run, and a loaded machine is no reason for a test to fail; to look for new ones:
# pytest --hypothesis-profile default
settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")
