"""Who may mediate at which court: mediators, organisations, their listings and certification."""
