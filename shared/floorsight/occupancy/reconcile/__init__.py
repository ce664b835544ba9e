"""Reconciling: at a site's quiet hour nobody is inside, and what is counted then was drift."""
