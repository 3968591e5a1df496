"""The models, one file each: settings, presets, and how a module is built."""
