"""The simple methods that models are compared with, one file each: fitted, saved, loaded and asked."""
