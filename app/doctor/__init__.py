"""Examines a site from the inside and the outside, and says for each fault what to do."""
