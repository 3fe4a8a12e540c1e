"""The Order service: customers' orders and purchase orders, their items, and what may still be changed of them."""
