"""WHAT CAN BE, AND WHAT CAN HAPPEN: one funnel per file, read as tables; and the life of the other nouns."""
