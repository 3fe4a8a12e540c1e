"""replenisher: a vendor's replenishment daemon."""

__version__ = "0.1.0"
