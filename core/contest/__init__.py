"""Language models as contenders: asked at any OpenAI-compatible endpoint, judged on the same rows."""
