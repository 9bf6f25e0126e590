"""What the Home page says; each function is asked when it is drawn, in the person's language."""

from core.i18n import _


def title() -> str:
    """Return the page's name."""
    return _("Home")


def greeting() -> str:
    """Return what stands here on the first start."""
    return _("Drop a file anywhere, or try the sample.")


def sample() -> str:
    """Return what the button says that opens the sample."""
    return _("Try the sample")


def choose_file() -> str:
    """Return what the button says that leads to the Import page."""
    return _("Choose a file")
