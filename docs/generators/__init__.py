"""What writes the generated pages of docs/ and the demo's lines in the READMEs; needs a checkout, not part of the wheel."""
