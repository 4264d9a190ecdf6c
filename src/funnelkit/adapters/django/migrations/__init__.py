"""The tables as they came to be. Django runs these when it is asked to, and never by itself."""
