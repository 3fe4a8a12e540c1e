"""What the REST services of the platform family have in common: filters, pages, HAL, and values of .NET."""
