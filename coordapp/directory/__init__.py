"""The people and organisations the office knows, and what they agreed to."""
