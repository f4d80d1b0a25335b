"""When, where from, where to: the flow, its files, its checks and its command line."""
