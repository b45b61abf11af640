"""A demo county from real facts with invented people."""
