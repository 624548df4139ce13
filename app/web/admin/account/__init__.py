"""Who works here: signing in beyond the password, the own account, staff, and what they did."""
