"""The office's start page: what needs somebody now, and the search."""
