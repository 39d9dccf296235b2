"""The outside world: tables, buckets, mail, HTTP, pictures and evidence formats."""
