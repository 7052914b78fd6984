"""From a decision to what is kept and told of it: journal, interceptions, releases."""
