"""Quality and energy: which parameters go with defects, control charts, and energy drift."""
