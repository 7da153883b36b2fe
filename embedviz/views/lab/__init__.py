"""The laboratory: the pages of analogies and of findings, their tables, the heat map, and what asks for two items."""
