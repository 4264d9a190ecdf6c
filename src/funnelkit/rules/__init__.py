"""THE QUESTIONS: each file's first line is its question. Rules are claims; refusals are answers, never exceptions."""
