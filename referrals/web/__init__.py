"""Pages of onward care."""
