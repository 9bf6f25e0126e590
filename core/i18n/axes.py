"""What a program without languages needs to write the numbers and times of a chart's axes. Through `core.i18n`."""

import re

from core.i18n.formats import locale_of
from core.i18n.language import current_locale


def axis_words() -> dict[str, str | list[str]]:
    """Return a language's signs and months.

    Returns:
        `decimal` and `group`, the signs in numbers; `months`, the twelve short names; `day`, a day of a month with
        the places `{day}` and `{month}`.
    """
    locale = locale_of(current_locale())
    symbols = locale.number_symbols["latn"]
    months = locale.months["format"]["abbreviated"]
    day = re.sub("M+", "{month}", re.sub("d+", "{day}", locale.datetime_skeletons["MMMd"].pattern))
    return {
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "months": [months[month] for month in range(1, 13)],
        "day": day,
    }
