"""Pages of the drawer that show how text becomes vectors."""
