"""The writing routes, as a browser meets them."""
