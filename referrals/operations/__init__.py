"""What changes onward care: one function, one transaction, one event each."""
