"""Open screens hear of changes: what can be shown live, and the stream that shows it."""
