"""Results for people: terminal tables, and later documents. No analysis happens here."""
