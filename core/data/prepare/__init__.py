"""From a version to the arrays that a model trains on."""
