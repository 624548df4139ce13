"""Bookings seen from other sides: weeks and months, a day on paper, files for spreadsheets, a calendar feed, figures."""
