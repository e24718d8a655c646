"""The thin HTTP layer: routes to Graph and to the control paths."""
