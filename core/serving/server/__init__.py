"""The inference server: finished runs answer over HTTP, in the formats that clients already speak."""
