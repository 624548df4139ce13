"""Mail as a value, how it is written, and the ways it leaves. Knows nothing of bookings."""
