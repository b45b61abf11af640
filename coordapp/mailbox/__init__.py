"""The mailbox where our mails come back to: bounces, answers from calendar programs, and what people write."""
