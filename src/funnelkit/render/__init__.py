"""What people read: answers as sentences in any language, tables as Markdown, and what two funnels differ in."""

from funnelkit.render.answers import label, label_key, label_keys, render, templates
from funnelkit.render.comparison import Change, Comparison, compare
from funnelkit.render.tables import markdown

__all__ = ["Change", "Comparison", "compare", "label", "label_key", "label_keys", "markdown", "render", "templates"]
