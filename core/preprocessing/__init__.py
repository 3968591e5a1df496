"""How examples become arrays, one file each: fitted on the training split, saved beside the weights."""
