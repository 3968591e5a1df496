"""Why a model answered so, and what matters to it on a test split."""
