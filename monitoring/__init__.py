"""Who watches: notary, ledger, canaries, metrics, dashboard, bulletin, alerts and trace."""
