"""Users' conversation formats (OpenAI, ShareGPT, Alpaca ...), recognised and kept as turns.

They are written plainly.
"""
