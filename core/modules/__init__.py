"""The only nn.Module subclasses."""
