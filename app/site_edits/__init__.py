"""Changing the site file from a page: its text, its place on the disk, and what it said before."""
