"""From a user's file to a version: uploads, previews, and import jobs."""
