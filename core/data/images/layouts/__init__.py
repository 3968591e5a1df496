"""Image dataset layouts, one file each with a LAYOUT constant for one tool's labels."""
