"""One module for each kind of question that pages and the API rest on; each is one call of the library."""
