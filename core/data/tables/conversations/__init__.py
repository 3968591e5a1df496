"""Conversations as people bring them (OpenAI, ShareGPT, Alpaca ...): recognised, kept as turns, written plainly."""
