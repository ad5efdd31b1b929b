"""Seals: keys and certificates, the drawn seal, signatures in PDFs and what they are worth."""
