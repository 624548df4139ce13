"""What is made out of bookings for people to take away: calendar views, tables for spreadsheets, a calendar feed, figures."""
