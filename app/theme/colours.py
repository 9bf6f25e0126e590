"""The two palettes, by Streamlit's names for what they colour."""

from typing import Any, Final

LIGHT: Final[dict[str, Any]] = {
    "primaryColor": "#0b5cad",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f3f5f7",
    "textColor": "#1f2328",
    "linkColor": "#0b5cad",
    "borderColor": "#d3d9e0",
    "codeBackgroundColor": "#f3f5f7",
    "codeTextColor": "#1f2328",
    "dataframeHeaderBackgroundColor": "#f3f5f7",
    "dataframeHeaderTextColor": "#3a424b",
    "dataframeBorderColor": "#e3e7eb",
    "redColor": "#b3261e",
    "greenColor": "#1a7a4c",
    "orangeColor": "#b26a00",
    "chartCategoricalColors": [
        "#0b5cad",
        "#d9822b",
        "#2f8f62",
        "#8459b3",
        "#b94a48",
        "#5b6b7a",
        "#1f8a9e",
        "#a3488f",
        "#8a6d1f",
        "#3f4c8a",
    ],
}
LIGHT_SIDEBAR: Final[dict[str, Any]] = {
    "backgroundColor": "#f3f5f7",
    "secondaryBackgroundColor": "#e5e9ee",
}
DARK: Final[dict[str, Any]] = {
    "primaryColor": "#4594e4",
    "backgroundColor": "#1c1e21",
    "secondaryBackgroundColor": "#272a2e",
    "textColor": "#dfe2e6",
    "linkColor": "#6cb0f2",
    "borderColor": "#3a3e44",
    "codeBackgroundColor": "#272a2e",
    "codeTextColor": "#dfe2e6",
    "dataframeHeaderBackgroundColor": "#272a2e",
    "dataframeHeaderTextColor": "#c3c8ce",
    "dataframeBorderColor": "#34383d",
    "redColor": "#f2827a",
    "greenColor": "#5fc795",
    "orangeColor": "#f0b35e",
    "chartCategoricalColors": [
        "#5aa9f2",
        "#f0a35e",
        "#63c793",
        "#b493e0",
        "#e8837d",
        "#9aa7b4",
        "#5cc7d6",
        "#de86c8",
        "#d0b45a",
        "#8e9be0",
    ],
}
DARK_SIDEBAR: Final[dict[str, Any]] = {
    "backgroundColor": "#24272b",
    "secondaryBackgroundColor": "#31353a",
}
