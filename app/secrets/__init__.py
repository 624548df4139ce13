"""Secrets of the site as a whole: made new without a pause, looked after, handed to where they are needed."""
