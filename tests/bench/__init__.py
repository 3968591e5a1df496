"""What things cost, as ratios in one run: `make bench`. Nothing here passes or fails."""
