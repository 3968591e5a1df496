"""The models, one file each: settings, presets, how to build them from layers."""
