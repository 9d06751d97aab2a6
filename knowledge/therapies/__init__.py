"""The catalogue of gene-based therapies and of the conditions they are for."""
