"""Mails as rows: written with what caused them, sent by a worker, shown to the office."""
