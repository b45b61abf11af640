"""Who may sign in and what they may do: users, one-time links, passwords with codes, roles, guards."""
