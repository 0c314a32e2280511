"""What stands behind ./ops: sets a checkout up, runs its services and its checks (docs/administrator.md)."""
