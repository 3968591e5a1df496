"""Text corpora: documents of any size, cleaned, cut into parts and written as rows.

Cleaning removes what a reader would not see.
"""
