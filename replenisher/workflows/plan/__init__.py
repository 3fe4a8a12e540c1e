"""Planning, step by step: `due` slots open runs, `start` lists locations, `batch` reads and plans, `close` orders."""
