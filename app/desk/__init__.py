"""What staff do at the desk: acts on bookings through Cal.com, looks at how they stand there, notes, people."""
