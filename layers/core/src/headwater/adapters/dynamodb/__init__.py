"""One module per table. Rows stay inside their module; domain records come out."""
