"""Pages of the drawer that look closer at a question: metrics side by side, two items, pinned answers."""
