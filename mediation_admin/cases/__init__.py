"""The mediation case: its parties and agents, its life, its deadlines."""
