"""Text corpora: documents of any size, cleaned of what no reader would see, cut into parts, written as rows."""
