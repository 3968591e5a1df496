"""What the browser shows: one thin file a page, shared pieces in `components`."""
