"""What people are told about their bookings: one module per kind of mail, each with `compose(...) -> Email`."""
