"""An imitation of the retail platform, run as a process of its own: `python -m replenisher.sandbox serve`."""
