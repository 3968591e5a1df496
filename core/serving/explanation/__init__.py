"""Why a model answered so: one file a method, and their randomisation test."""
