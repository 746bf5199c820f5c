"""What authors and instructors run: release steps, the book, and the lint rules."""
