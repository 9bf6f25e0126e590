"""The views of the workbench, in the order of the navigation. A new page is one line here."""

from typing import Final

from app.features.chart.page import ChartPage
from app.features.datasets.page import ImportPage
from app.features.explore.page import DataPage
from app.features.home.page import HomePage
from app.features.jobs.page import JobsPage
from app.features.query.page import SqlPage
from app.features.settings.page import SettingsPage
from app.page import Page

PAGES: Final[tuple[Page, ...]] = (
    HomePage(),
    ImportPage(),
    DataPage(),
    SqlPage(),
    ChartPage(),
    JobsPage(),
    SettingsPage(),
)
