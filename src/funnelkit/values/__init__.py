"""THE NOUNS: frozen values. A line here declares a field; nothing here changes anything."""
