"""What the REST services of the family share: `$filter`, paging, HAL."""
