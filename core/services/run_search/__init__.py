"""Many runs in order: the language of filters, sorting, groups, tags, stars, the baseline run, archive, saved views."""
