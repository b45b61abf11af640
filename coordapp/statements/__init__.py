"""What the site owes its readers in words: privacy, accessibility with a way to report barriers, imprint."""
