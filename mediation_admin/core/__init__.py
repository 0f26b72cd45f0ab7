"""Ground that knows nothing of mediation: database, enums, clock, fence, crypto, jobs, screens, sheets."""
