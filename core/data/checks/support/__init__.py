"""What several data checks share."""
