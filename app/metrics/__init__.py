"""Figures for a monitor: what this process counts, and what the database knows."""
