"""The data doctor: each check looks for one thing and may know how to put it right; one file each, with a CHECK."""
