"""One row: its columns, the words a clerk may write, and the checks it has to pass."""
