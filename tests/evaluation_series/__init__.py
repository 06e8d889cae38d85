"""How the recipe for any numeric series is measured: on series that others made and labelled."""
