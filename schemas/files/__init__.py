"""How files of rows are read, whoever sends them: encodings, lines, records of CSV, values of JSON, cells of spreadsheets."""
