"""What browsers tell of the way to a booking: names and moments, nothing personal."""
