"""Reading files: candidates, judgement, ledger, loading.

Everything outside of this package uses the names listed here.
"""

from analysis.readings.model import Candidate, Guess, Judgement, Loaded, Score
from analysis.readings.readings import Readings

__all__ = ["Candidate", "Guess", "Judgement", "Loaded", "Readings", "Score"]
