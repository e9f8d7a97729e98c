"""The partners' part of /api/v1."""
