"""The words that all other packages share: frozen data, no logic beyond their own meaning, no I/O."""
