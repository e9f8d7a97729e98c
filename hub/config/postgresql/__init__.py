"""Django's PostgreSQL backend with one thing replaced: how a moment is read. See base.py."""
