"""The tag table: the newest sample of every tag in memory that several processes share."""
