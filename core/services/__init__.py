"""What pages, commands and routes call; nothing here imports torch."""
