"""The Sales Order service: sale orders are taken with 202, and only their status log tells what became of them."""
