"""The sales history: written from reports, kept by the month, read for planning and for people."""
