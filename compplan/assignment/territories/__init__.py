"""What is said of territories: what cannot be met, the certificate, the files and the words."""
