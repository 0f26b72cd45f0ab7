"""What the support desk does by the clock: photos of decided reviews are erased in time (S34)."""

from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.support import operations


def erase_photos() -> int:
    """Erase what has been kept long enough; returns how many reviews."""
    enter(
        db.session(),
        Actor(None, "系统", "system", None),
        Scope.everything("photos of identity reviews are erased when their time is over"),
    )
    erased = operations.erase_photos()
    db.session.commit()
    return erased
