"""What a person at the terminal sees: progress, the receipt, the state of a warehouse, an article with its quotes."""
