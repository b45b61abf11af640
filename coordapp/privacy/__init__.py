"""What is kept about people, and how long: the deletion plan that the privacy page promises."""
