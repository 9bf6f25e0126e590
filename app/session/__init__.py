"""What one window remembers: objects of its pages, values of its widgets, and what of both outlives the window.

`kept` and its like live as long as the window. What a person typed or chose is in the journal: `bootstrap_session`
reads it once when a window is opened, `seed_input` gives it to a widget before that is drawn, `persist_input`
writes down what a widget has now. Text is written by the browser itself, key by key; the others call
`persist_input`.
"""

from app.session.bootstrap import bootstrap_session
from app.session.inputs import (
    Offer,
    dismiss_offer,
    forget_inputs,
    offers,
    other_values,
    persist_input,
    seed_input,
    stay_with,
    stored_input,
)
from app.session.kept import NOTHING_CHOSEN, kept, notices, put, seed, value
from app.session.user import OWNER, Place, UserSession, user_session

__all__ = [
    "NOTHING_CHOSEN",
    "OWNER",
    "Offer",
    "Place",
    "UserSession",
    "bootstrap_session",
    "dismiss_offer",
    "forget_inputs",
    "kept",
    "notices",
    "offers",
    "other_values",
    "persist_input",
    "put",
    "seed",
    "seed_input",
    "stay_with",
    "stored_input",
    "user_session",
    "value",
]
