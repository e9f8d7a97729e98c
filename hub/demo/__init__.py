"""The hub's demonstration: its own servers, people and machines. Imports no app of the project."""
