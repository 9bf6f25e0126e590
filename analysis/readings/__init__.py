"""Reading files: candidates, judgement, ledger, loading."""
