"""What can go wrong with a booking, by name."""


class BookingNotFound(Exception):
    """No booking has this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"no booking has the reference {reference}")
        self.reference = reference
