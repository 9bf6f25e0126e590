"""The command line of the test's profile, as in the integration tests."""

from tests.integration.launcher.conftest import cli

__all__ = ["cli"]
