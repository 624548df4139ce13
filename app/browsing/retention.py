"""What browsers told is forgotten when the bodies of deliveries are."""

from datetime import timedelta

from sqlalchemy import delete, select

from app import clock
from app.browsing.models import BrowserMoment
from app.db import db, transaction

BATCH = 1000


def forget_old(*, days: int, most: int = 20 * BATCH) -> int:
    """Removes moments that are older than so many days; returns how many. In small transactions; what is left over is done the next time."""
    done, before = 0, clock.now() - timedelta(days=days)
    while done < most:
        db.session.rollback()
        numbers = list(db.session.scalars(select(BrowserMoment.id).where(BrowserMoment.at < before).order_by(BrowserMoment.at).limit(BATCH)))
        db.session.rollback()
        if not numbers:
            break
        with transaction() as session:
            session.execute(delete(BrowserMoment).where(BrowserMoment.id.in_(numbers)).execution_options(synchronize_session=False))
        done += len(numbers)
    return done
