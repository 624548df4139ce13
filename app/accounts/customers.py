"""Find the customer with an e-mail address, or make one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import Customer
from app.db import insert


def with_email(session: Session, *, email: str, name: str, time_zone: str, locale: str) -> int | None:
    """The number of the customer with this address (upper and lower case are the same); None without an address.

    Name, zone and language are those of the first booking; a customer changes them in person, not through a webhook.
    """
    address = email.strip().lower()
    if not address:
        return None
    known = select(Customer.id).where(Customer.email == address)
    found = session.scalar(known)
    if found is None:
        made = {"email": address, "name": name, "time_zone": time_zone, "locale": locale, "created_at": clock.now()}
        once = insert(Customer).values(made).on_conflict_do_nothing(index_elements=["email"]).returning(Customer.id)
        found = session.scalar(once) or session.scalar(known)
    return found
