"""Questions about the plan: what else is nearly as good, what if, what does it trade off, what if the world changes."""
