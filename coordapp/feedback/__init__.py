"""Feedback after events of every kind: a thank-you mail with one link, three anonymous questions, what came of them."""
