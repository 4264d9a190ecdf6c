"""THE NEEDS: one Protocol for each thing that a host brings. No method here has a body."""
