"""HTTP beside the pages: JSON routes, uploads, and the head of the one HTML page."""
