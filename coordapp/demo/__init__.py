"""A demo county from real facts with invented people. It is filled into an empty database only, once."""
