"""A seed and a number -> a hostile document, and what Qawl makes of it."""
