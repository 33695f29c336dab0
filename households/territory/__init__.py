"""Territory with its families: read, drafted, previewed, published, remembered."""
