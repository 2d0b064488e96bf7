"""From condition to a signed plan: detection, remaining life, risk, planning, work orders."""
