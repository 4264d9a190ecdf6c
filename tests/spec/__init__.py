"""A second, naive reading of the sources: written from the document, sharing no code with the library."""
