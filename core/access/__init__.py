"""Who gets in: a token for each start of the dashboard, this machine only, no foreign pages."""
