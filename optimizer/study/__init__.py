"""Questions asked after, or beyond, the first plan."""
