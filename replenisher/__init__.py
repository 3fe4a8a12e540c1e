"""replenisher: a vendor's replenishment daemon."""
