"""The glossary from the code."""
