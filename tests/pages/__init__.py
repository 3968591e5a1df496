"""Every page, drawn by Streamlit's own test runner on a real database."""
