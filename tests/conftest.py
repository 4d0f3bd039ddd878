"""Settings for all tests."""

from hypothesis import settings

# a loaded machine is no reason for a test to fail
settings.register_profile("kit", deadline=None)
settings.load_profile("kit")
