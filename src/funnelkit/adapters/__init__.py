"""How the needs are met: each adapter implements ports, and knows no rule."""
