"""Who was invited to which event, with a personal link to answer."""
