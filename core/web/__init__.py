"""HTTP routes beside the pages: JSON, uploads, and the HTML page's head."""
