"""What is held about people: shown to them, given out, deleted; and how long, as the privacy page promises."""
