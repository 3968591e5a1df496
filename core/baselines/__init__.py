"""The simple methods that models are compared with, one file each."""
