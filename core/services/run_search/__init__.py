"""Run search: filters, sorting, groups, tags, stars, baseline run, archive, saved views."""
