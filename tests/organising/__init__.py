"""Many runs in order."""
