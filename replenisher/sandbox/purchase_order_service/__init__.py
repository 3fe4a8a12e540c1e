"""The Purchase Order service: purchase orders in full, and headers of new ones."""
